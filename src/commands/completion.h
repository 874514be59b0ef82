/* What a shell may complete: `weir --complete WORD...`, which the scripts of `weir completion` call. The words are those behind
 * "weir", the last of which is to be completed and may be empty; a value stands in a word of its own ("--table" "us"), as bash has it.
 *
 * All that may stand in its place is printed, one a line: a name, and behind a tab what it is. The shell leaves those out that begin
 * otherwise, and offers files where nothing is printed. */
#ifndef WEIR_SRC_COMMANDS_COMPLETION_H
#define WEIR_SRC_COMMANDS_COMPLETION_H

/* Returns the exit code, which is always 0. */
int completion_print (int count, char **words);

#endif
