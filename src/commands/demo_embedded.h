/* The files of example_data/demo, which `weir demo` writes, as compiled in; made by embed.cmake. */
#ifndef WEIR_SRC_COMMANDS_DEMO_EMBEDDED_H
#define WEIR_SRC_COMMANDS_DEMO_EMBEDDED_H

typedef struct
{
  const char *name; /* below the home: "models/users.json" */
  const char *text; /* NUL-terminated */
} DemoFile;

extern const DemoFile demo_embedded[]; /* ends with a name of NULL; imports/ in the order in which they are to be loaded */

#endif
