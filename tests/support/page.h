/* The examples of a page as a test: commands behind "    $ ", and below each what it prints. They run in one bash, in the page's order, in
 * the home's folder, with weir in PATH. */
#ifndef WEIR_TESTS_SUPPORT_PAGE_H
#define WEIR_TESTS_SUPPORT_PAGE_H

#include "home.h"

/* Runs those between the two headings (NULL: from the beginning, to the end) of a page of the source tree, "docs/ledger.md". What each prints,
 * on stdout and stderr, must be what the page says, but for ids, times and how long something took; behind it "exit code N" where that
 * is not 0. "..." alone stands for anything. Returns how many there are. */
guint page_run (Home *home, const char *name, const char *begin, const char *end);

#endif
