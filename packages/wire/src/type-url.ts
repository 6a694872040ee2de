/** The message name in a type URL such as `/cosmos.bank.v1beta1.MsgSend`: what follows its last slash. */
export function typeNameOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
