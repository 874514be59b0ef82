/* A command of weir as data, and one call of it.
 *
 * A new command is a file command_NAME.c with a `const Command command_NAME`, and its name in cli.h and cli.c; help, usage errors
 * and completion come from there. A call goes: options, arguments, the home's settings where the command needs them, its run
 * function, and its error, if there is one, printed and made an exit code. */
#ifndef WEIR_SRC_COMMANDS_COMMAND_H
#define WEIR_SRC_COMMANDS_COMMAND_H

#include "src/report/show.h"
#include "src/settings/settings_given.h"

#include <limits.h>

/* What a run function gets. */
typedef struct
{
  SettingsGiven given; /* what the command line says of settings */
  Settings *settings;  /* where the command NEEDS_HOME; else NULL, for it to load them */
  gboolean json;
  void *options;    /* the command's own struct */
  char **arguments; /* what is no option; ends with NULL; borrowed */
  int n_arguments;
  const void *around; /* of a word: what the command around it has found out, borrowed; else NULL */
} Call;

enum
{
  TAKES_SETTINGS = 1,   /* the options of the table of settings */
  TAKES_JSON = 2,       /* --json */
  NEEDS_HOME = 4,       /* settings are loaded before it runs; without a home it does not */
  PASSES_ARGUMENTS = 8, /* whatever follows its options goes on as it is, to another program or a word */
  ENDS_WITH_ONE = 16,   /* its errors end it with 1, but for usage and configuration, which are 2 as always */
};

/* An option of one command: { "limit", 0, OPTION_NUMBER (RunsOptions, limit), "At most this many", "N" }. */
typedef struct
{
  const char *name;
  char letter;          /* 0: none */
  GOptionArg type;      /* by OPTION_..., as is the offset */
  size_t offset;        /* of its member in the command's struct */
  const char *help;     /* NULL: it is not shown, being weir's own */
  const char *argument; /* what the help puts behind it: "N" */
  bool bare;            /* it may stand without its value, and says nothing then */
  const char *words;    /* what its value may be, for completion: "up|down"; NULL: the help's word for it says what is known */
} CommandOption;

/* Type and place of an option; a member of another type does not compile. */
#define OPTION_FLAG(options, member) G_OPTION_ARG_NONE, OPTION_AT (options, member, gboolean)
#define OPTION_NUMBER(options, member) G_OPTION_ARG_INT, OPTION_AT (options, member, int)
#define OPTION_TEXT(options, member) G_OPTION_ARG_STRING, OPTION_AT (options, member, char *)
#define OPTION_AT(options, member, ctype) offsetof (options, member) * _Generic(((options *) NULL)->member, ctype : 1)

typedef struct Command Command;

struct Command
{
  const char *name;
  const char *arguments;   /* as the help shows them: "FILE..."; "up|down|status": exactly one of these words */
  const char *summary;     /* one line */
  const char *description; /* what --help prints below the options: a few sentences and examples; may be NULL */
  unsigned takes;

  const char *also;  /* a word that may stand in the place of its arguments, for completion; NULL: none */
  int least, most;   /* arguments, where they are no words */
  const char *usage; /* what is said where there are fewer or more */

  const CommandOption *options; /* its own; ends with { NULL }; NULL: none */
  size_t options_size;          /* of their struct */
  const void *defaults;         /* that struct as it begins; NULL: all zero */

  /* One of these words follows its options and arguments, each a command of its own, called "COMMAND WORD"; ends with NULL; NULL: none. */
  const Command *const *words;

  /* *ret_code is 0 and stays so where all is well; an error becomes its own exit code (weir_error_exit_code). */
  bool (*run) (Call *call, int *ret_code, GError **error);
};

#define ANY_NUMBER INT_MAX

/* What a script says that does not want to be stopped by a few bad rows; "rejects_ok" of the command's options. */
#define REJECTS_OK_OPTION(options)                                                                                                 \
  {                                                                                                                                \
    "rejects-ok", 0, OPTION_FLAG (options, rejects_ok), "Rejected rows alone are no reason to end with 1", NULL                    \
  }

/* How people name a run, for help and usage of what takes one: ledger_find_run. */
#define A_RUN "an id, its first characters, a file name, or \"last\""

/* Runs `weir NAME ...`: argv[0] is the command's name. Returns the exit code. */
int command_call (const Command *command, int argc, char **argv);

/* The word of a command that is called so, NULL: it has none such. */
const Command *command_find_word (const Command *command, const char *name);
/* "init-step" of "ledger init-step". Borrowed. */
const char *command_word_name (const Command *word);
/* Runs a word: as command_call, with what its calls find in "around". */
int command_call_word (const Command *word, const void *around, int argc, char **argv);

/* Its words, or those of its arguments ("up", "down", "status"), or none. NULL-terminated; the caller's. */
char **command_words (const Command *command);

/* Prints "weir: message", DETAIL and HINT to stderr (as {"error":{...}} on stdout too when json), frees the error, returns its exit
 * code. */
int command_fail (GError *error, bool json);

/* The path of the program that runs, for its children. Owned by the caller. */
char *command_program (GError **error);

/* A usage error: message and "Try: weir NAME --help". name NULL: of weir itself. Returns 2. */
int command_usage (const char *name, const char *format, ...) G_GNUC_PRINTF (2, 3);

#endif
