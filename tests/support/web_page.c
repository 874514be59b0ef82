#include "web_page.h"

#include <string.h>

/* It is built where libmicrohttpd is. */
bool
page_is_built (void)
{
  g_autofree char *program = g_build_filename (g_getenv ("WEIR_BUILD"), "weir-page", NULL);
  if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    return true;
  print_message ("weir-page is not built, for libmicrohttpd is not here: nothing is tried\n");
  return false;
}

int
page_port (const char *text)
{
  const char *url = strstr (text, "://127.0.0.1:");
  return url != NULL ? (int) g_ascii_strtoll (url + strlen ("://127.0.0.1:"), NULL, 10) : 0;
}

/* Once it listens. */
Background *
start_page (Home *home, int *ret_port)
{
  Background *page = spawn_weir (home, "page", "--listen", "127.0.0.1:0", NULL);
  wait_until (background_said (page, "://127.0.0.1:"));
  g_autofree char *said = background_text (page);
  *ret_port = page_port (said);
  return page;
}

void
assert_lacks (const char *haystack, const char *needle)
{
  if (strstr (haystack, needle) != NULL)
    fail_msg ("\"%s\" is in:\n%s", needle, haystack);
}

/* Whether the page has the text now. */
bool
page_says (int port, const char *path, const char *headers, const char *text)
{
  g_autoptr (Reply) reply = http_ask (port, "GET", path, headers, NULL);
  return strstr (reply->body, text) != NULL;
}

void
load_customers (Home *home)
{
  home_write_model (home, "customers",
                    CUSTOMERS ", \"absent\": \"close\", \"columns\": {\"phone\": {\"type\": \"text\", \"pii\": true}}}");
  load_and_count (home, "customers_2026-01-10.csv",
                  "customer,city,phone\nann,Oslo,phone-111\nbob,Bonn,phone-222\ncai,Rome,phone-333\n",
                  "read=3 inserted=3 staged=3");
  load_and_count (home, "customers_2026-03-20.csv",
                  "customer,city,phone\nann,Lyon,phone-111\nbob,Bonn,phone-999\ncai,Rome,phone-333\n",
                  "read=3 updated=2 deactivated=2 unchanged=1 staged=3");
}
