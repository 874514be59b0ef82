/* `weir key rotate`: says what a new secret changes, asks, and does it. */
#ifndef WEIR_SRC_COMMANDS_KEY_ROTATE_H
#define WEIR_SRC_COMMANDS_KEY_ROTATE_H

#include "src/commands/command.h"

typedef struct
{
  char *secret_file;
  char *aliases;
  gboolean dry_run;
  gboolean yes;
} KeyRotateOptions;

bool key_rotate (Call *call, int *ret_code, GError **error);

#endif
