/** Version of Stoa, as homes record it. */
export const stoaVersion = "0.1.0";
