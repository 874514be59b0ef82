/* The options of `weir page`, which go on as they are to the program that is the page. */
#ifndef WEIR_SRC_COMMANDS_PAGE_OPTIONS_H
#define WEIR_SRC_COMMANDS_PAGE_OPTIONS_H

#include "src/commands/command.h"

#define PAGE_PROGRAM "weir-page"

typedef struct
{
  char *listen;
  gboolean beside; /* beside `weir watch`: the end of stdin ends it */
} PageOptions;

extern const CommandOption page_options[];

#endif
