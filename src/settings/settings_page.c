#include "src/settings/settings_page.h"

#include "models/members.h"

typedef struct
{
  char *listen;
  GStrv hosts;
  char *password_file;
  char *certificate, *key;
  unsigned network;
} Said;

static void
said_clear (Said *said)
{
  g_free (said->listen);
  g_strfreev (said->hosts);
  g_free (said->password_file);
  g_free (said->certificate);
  g_free (said->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static const char *const networks[] = { "open", "private", NULL };

static const Member tls_members[] = {
  { "certificate", MEMBER_TEXT, offsetof (Said, certificate), .required = true },
  { "key", MEMBER_TEXT, offsetof (Said, key), .required = true },
  { NULL },
};

static void
read_tls (const MemberScope *scope, const char *path, Json *value)
{
  members_read (scope, path, value, tls_members);
}

static const Member page_members[] = {
  { "listen", MEMBER_TEXT, offsetof (Said, listen) },
  { "hosts", MEMBER_TEXTS, offsetof (Said, hosts) },
  { "password_file", MEMBER_TEXT, offsetof (Said, password_file) },
  { "tls", MEMBER_OWN, .read = read_tls },
  { "network", MEMBER_WORD, offsetof (Said, network), networks },
  { NULL },
};

static void
take (Json *value, const char *place, GPtrArray *mistakes, Said *said)
{
  static const ModelWords no_words;
  const MemberScope scope = { mistakes, &no_words, said };
  members_read (&scope, place, value, page_members);
}

void
page_settings_check (Json *value, const char *place, GPtrArray *mistakes)
{
  g_auto (Said) said = { 0 };
  take (value, place, mistakes, &said);
}

static char *
absolute (const Settings *settings, const char *path)
{
  return path != NULL ? g_canonicalize_filename (path, settings->home) : NULL;
}

PageSettings
page_settings_read (const Settings *settings)
{
  g_auto (Said) said = { 0 };
  g_autoptr (GPtrArray) mistakes = g_ptr_array_new_with_free_func (g_free);
  if (settings->page != NULL)
    take (settings->page, "$.page", mistakes, &said);
  return (PageSettings) { .listen = said.listen != NULL ? g_steal_pointer (&said.listen) : g_strdup (PAGE_LISTEN),
                          .hosts = g_steal_pointer (&said.hosts),
                          .password_file = absolute (settings, said.password_file),
                          .certificate = absolute (settings, said.certificate),
                          .key = absolute (settings, said.key),
                          .is_private = said.network == 1 };
}

void
page_settings_clear (PageSettings *page)
{
  g_free (page->listen);
  g_strfreev (page->hosts);
  g_free (page->password_file);
  g_free (page->certificate);
  g_free (page->key);
}

bool
page_settings_wanted (const Settings *settings)
{
  return json_is_string (json_object_get (settings->page, "listen"));
}
