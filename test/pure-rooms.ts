/** Rooms without disk, network, clock or chance, which hold nothing between two calls, as ARCHITECTURE.md lists them. */
export const pureRooms: readonly string[] = [
  "array",
  "formats",
  "linear-algebra",
  "ridge",
  "statistics",
  "features",
  "encoding",
  "analyses",
  "report",
];
