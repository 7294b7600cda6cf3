// The parts of Node's `util` that steer the analysis.
export function inherits(a: any, b: any): void;
export function promisify(f: any): any;
export function inspect(x: any, o?: any): string;
export function format(...x: any[]): string;
export function deprecate(f: any, m?: string): any;
export function isDeepStrictEqual(a: any, b: any): boolean;
