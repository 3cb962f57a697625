/** The exit code of a program that was killed, as shells report it: 128 + SIGKILL. */
export const KILLED = 137;
