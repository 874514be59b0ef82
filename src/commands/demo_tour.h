/* The tour of `weir demo`: commands for somebody's first minutes, and what each shows. */
#ifndef WEIR_SRC_COMMANDS_DEMO_TOUR_H
#define WEIR_SRC_COMMANDS_DEMO_TOUR_H

#include <glib.h>
#include <stdbool.h>

/* Prints them for whoever types them, the home's folder first; json: as an object with "home" and "tour". */
void demo_tour_show (const char *home, bool json);

/* Runs them one after the other in the home; between two of them a terminal waits for Enter. *ret_code: the highest exit code. Errors:
 * LOCAL where this program cannot be run. */
bool demo_tour_walk (const char *home, int *ret_code, GError **error);

#endif
