/* docs/json.md, held against what weir prints: each member of each object that a test sees has to be in a table there, under a heading that
 * names the command ("`weir COMMAND`": any). A path names it, "tables.rows", in which lists are left out; "settings.*" stands for all
 * below. */
#ifndef WEIR_TESTS_SUPPORT_JSON_PAGE_H
#define WEIR_TESTS_SUPPORT_JSON_PAGE_H

#include "home.h"

/* Fails the test for members that the page does not have. "out": what `weir ARGUMENTS...` with --json printed; what is no JSON is left out. */
void json_page_check (const char *const *arguments, const char *out);

/* Whether the page has a heading with the command. */
bool json_page_has (const char *command);

#endif
