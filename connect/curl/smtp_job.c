/* What a job says of its mails. */
#include "connect/curl/smtp.h"

#include "base/fsutil.h"
#include "base/mail.h"
#include "base/quantity.h"
#include "connect/curl/paths.h"
#include "connect/curl/shape.h"

#include <string.h>

#define BODY_MOST (1 << 20)
#define ATTACH_MOST ((int64_t) 20 << 20)
#define DEFAULT_BODY "{rows} rows of {table}.\n"

static bool
has_control (const char *text)
{
  for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f)
      return true;
  return false;
}

static void
look_at_words (const char *text, const char *place)
{
  g_autofree char *word = NULL, *filled = text != NULL ? path_fill_text (text, &(PathFacts) { 0 }, &word) : NULL;
  if (text != NULL && filled == NULL)
    connect_mistake (place, "has ::%s::, which is not ::TABLE::, ::RUN::, ::JOB:: or a date such as ::YYYYMMDD::", word);
}

/* What stands in a header: whoever could begin another line could begin another header. */
static void
look_at_header (const Json *to, const char *name)
{
  g_autofree char *place = g_strconcat ("to.", name, NULL);
  const char *text = connect_text (to, "to", name, false);
  if (text != NULL && has_control (text))
    connect_mistake (place, "must not have control characters in it");
  look_at_words (text, place);
}

static void
look_at_recipient (const Json *value, const char *place)
{
  if (!json_is_string (value) || !mail_is_address (json_string_value (value)))
    connect_mistake (place, "must be an address such as ann@example.org, of ASCII letters");
}

static void
look_at_recipients (const Json *to)
{
  const Json *list = json_object_get (to, "recipients");
  const char *column = connect_text (to, "to", "recipients_column", false), *gets = connect_text (to, "to", "each_gets", false);
  if ((list == NULL) == (column == NULL))
    connect_mistake ("to.recipients", "%s",
                     list == NULL ? "is missing; or \"recipients_column\"" : "stands beside \"recipients_column\": one of the two");
  if (gets != NULL && strcmp (gets, "own") != 0 && strcmp (gets, "all") != 0)
    connect_mistake ("to.each_gets", "must be \"own\" or \"all\"");
  if (gets != NULL && column == NULL)
    connect_mistake ("to.each_gets", "is for \"recipients_column\"");
  if (list != NULL && !json_is_array (list))
    look_at_recipient (list, "to.recipients");
  else if (list != NULL && json_array_size (list) == 0)
    connect_mistake ("to.recipients", "is empty");
  for (size_t i = 0; i < json_array_size (list); i++)
    {
      g_autofree char *place = g_strdup_printf ("to.recipients[%zu]", i);
      look_at_recipient (json_array_get (list, i), place);
    }
}

int64_t
smtp_attach_limit (const Json *to)
{
  const char *text = json_string_value (json_object_get (to, "attach_limit"));
  int64_t limit = ATTACH_MOST;
  if (text != NULL && !quantity_read_bytes (text, &limit))
    connect_mistake ("to.attach_limit", "must be a size such as \"20 MB\"");
  return limit;
}

char *
smtp_read_body (const Json *to)
{
  const char *body = connect_text (to, "to", "body", false), *file = connect_text (to, "to", "body_file", false);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  if (body != NULL && file != NULL)
    connect_mistake ("to.body_file", "stands beside \"body\": one of the two");
  else if (file == NULL)
    text = g_strdup (body != NULL ? body : DEFAULT_BODY);
  else if (!fs_read_file (file, BODY_MOST, &text, NULL, &error))
    connect_mistake ("to.body_file", "cannot be used: %s", error->message);
  else if (!g_utf8_validate (text, -1, NULL))
    connect_mistake ("to.body_file", "names \"%s\", which is no UTF-8", file);
  look_at_words (text, file != NULL ? "to.body_file" : "to.body");
  return g_steal_pointer (&text);
}

void
smtp_look_at_to (const Json *to)
{
  static const char *const known[] = { "recipients", "recipients_column", "each_gets",   "subject", "body", "body_file",
                                       "attach",     "attach_limit",      SHAPE_MEMBERS, NULL };
  connect_known (to, "to", known);
  look_at_recipients (to);
  look_at_header (to, "subject");
  look_at_header (to, "attach");
  const char *attach = json_string_value (json_object_get (to, "attach"));
  if (attach != NULL && strchr (attach, '/') != NULL)
    connect_mistake ("to.attach", "must be a file's name, not a path");
  smtp_attach_limit (to);
  shape_read (to);
}
