/* A `weir page` of a test home. */
#ifndef WEIR_TESTS_SUPPORT_WEB_PAGE_H
#define WEIR_TESTS_SUPPORT_WEB_PAGE_H

#include "http.h"

/* False, after a word, where there is no weir-page: it is built where libmicrohttpd is. */
bool page_is_built (void);

/* The port of the address in what it printed; 0: none. */
int page_port (const char *text);

/* Starts it on a port of its own; returns once it listens. */
Background *start_page (Home *home, int *ret_port);

/* Whether the page at the path has the text now. */
bool page_says (int port, const char *path, const char *headers, const char *text);

void assert_lacks (const char *haystack, const char *needle);

/* A dimension whose history begins by the names of its files: without the closing brace. */
#define CUSTOMERS                                                                                                                  \
  "{\"table\": \"customers\", \"kind\": \"dimension\", \"business_key\": [\"customer\"], \"effective\": \"file_name\""

/* It, and two exports of it: one person moves, another has a new phone, which is personal. */
void load_customers (Home *home);

#endif
