/* weir-deliver: one message to one place. Reads the request, a line of JSON with all that is secret in it, on its stdin, and answers by a line
 * of JSON: {"outcome": "sent" | "again" | "refused", "text": "HTTP 200", "retry_after": 0}. `weir notify` starts one for each message and
 * kills one that takes too long; it dies with whoever started it. A program of its own so that weir itself links no libcurl. */
#include "base/fault.h"
#include "base/secrets.h"
#include "src/deliver/sending.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static Json *
read_request (void)
{
  g_autofree char *line = NULL;
  size_t room = 0;
  ssize_t length = getline (&line, &room, stdin);
  return length > 0 ? weir_json_parse (line, (size_t) length, "request", NULL) : NULL;
}

int
main (int argc, char **argv)
{
  static const char *const words[] = { [ANSWER_SENT] = "sent", [ANSWER_AGAIN] = "again", [ANSWER_REFUSED] = "refused" };
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  g_auto (GStrv) ours = secrets_guard (argc, argv);
  weir_json_setup ();
  g_autoptr (Json) request = read_request ();
  if (ours == NULL || request == NULL)
    return fputs ("weir-deliver: `weir notify` starts it, with a request on its stdin\n", stderr), 2;
  Answer answer;
  fault_point ("deliver-begun");
  sending_run (request, &answer);
  fault_point ("deliver-answered");
  g_autoptr (Json) reply = json_pack ("{s:s, s:o, s:I}", "outcome", words[answer.kind], "text", weir_json_string (answer.text),
                                      "retry_after", (json_int_t) answer.retry_after);
  g_autofree char *text = weir_json_text (reply);
  puts (text);
  answer_clear (&answer);
  return 0;
}
