/** Amounts as Kubernetes writes them with decimal suffixes, which is how the reference's inventory tells them. */

const suffixes = ["", "k", "M", "G", "T", "P", "E"] as const;

/** A whole amount in its shortest form: 1500 is `1500`, 2000 is `2k`, 8000000000 is `8G`. */
export function quantityText(amount: bigint): string {
  let left = amount;
  let thousands = 0;
  while (left !== 0n && left % 1000n === 0n && thousands < suffixes.length - 1) {
    left /= 1000n;
    thousands += 1;
  }
  return `${left}${suffixes[thousands]}`;
}

/** An amount in thousandths: 1500 is `1500m`, 4000 is `4`. */
export function milliQuantityText(thousandths: bigint): string {
  return thousandths % 1000n === 0n ? quantityText(thousandths / 1000n) : `${thousandths}m`;
}
