/** Numbers of `akash.deployment.v1.Deployment.State`. */
export const deploymentStates = { active: 1, closed: 2 } as const;

/** Numbers of `akash.deployment.v1beta4.Group.State`. */
export const groupStates = { open: 1, paused: 2, insufficientFunds: 3, closed: 4 } as const;
