// Arrays of one call are kept for the next, because a table of draws asks the same of each of its coordinates. Longer ones than this are not:
// they would hold hundreds of megabytes for as long as the program lives.

export const MOST_KEPT: number = 2 ** 18;
