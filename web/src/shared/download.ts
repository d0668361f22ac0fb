// What a table shows, as a file that a spreadsheet opens: UTF-8 with its mark, quoted, as it is sorted on the page.

export type Cell = string | number | null;

function quoted(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // A text that begins like a formula must stay a text.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return `"${text.replaceAll('"', '""')}"`;
}

export function csv(rows: ReadonlyArray<readonly Cell[]>): string {
  return `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}

export function download(name: string, rows: ReadonlyArray<readonly Cell[]>): void {
  const address = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
