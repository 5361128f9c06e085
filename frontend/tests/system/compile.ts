// Does a piece of TypeScript compile in this project? As strictly as everything else here.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const CONFIG = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));
const PIECE = fileURLToPath(new URL("./piece.ts", import.meta.url));

/** What the compiler says about a file with this text that lies beside the tests; unused names are no matter. */
export function compileErrors(text: string): string[] {
  const { config } = ts.readConfigFile(CONFIG, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(CONFIG));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.fileExists = (path) => path === PIECE || fileExists(path);
  host.readFile = (path) => (path === PIECE ? text : readFile(path));
  const program = ts.createProgram([PIECE], { ...options, types: [], noUnusedLocals: false }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
