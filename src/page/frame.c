#include "src/page/frame.h"

#include "src/page/assets.h"

static void
link_to (Html *html, const char *href, const char *name, bool is_here)
{
  html_open (html, "li", NULL);
  html_element (html, "a", name, "href", href, "aria-current", is_here ? "page" : NULL, NULL);
  html_close (html, "li");
}

static void
show_head (Html *html, const char *title)
{
  g_string_append (html->out, "<!doctype html>\n");
  html_open (html, "html", "lang", "en", NULL);
  html_open (html, "head", NULL);
  html_open (html, "meta", "charset", "utf-8", NULL);
  html_open (html, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1", NULL);
  html_open (html, "meta", "name", "color-scheme", "content", "light dark", NULL);
  html_open (html, "title", NULL);
  html_text (html, title);
  html_text (html, " · weir");
  html_close (html, "title");
  html_open (html, "link", "rel", "stylesheet", "href", ASSET_STYLE, NULL);
  html_open (html, "link", "rel", "icon", "href", ASSET_ICON, "type", "image/svg+xml", NULL);
  html_open (html, "script", "src", ASSET_SCRIPT, "defer", "", NULL);
  html_close (html, "script");
  html_close (html, "head");
}

static void
show_navigation (Html *html, const char *section)
{
  static const struct
  {
    const char *section, *path, *name;
  } entries[] = { { "overview", "/", "Overview" },
                  { "ledger", "/runs", "Ledger" },
                  { "held", "/held", "Held" },
                  { "jobs", "/jobs", "Jobs" },
                  { "schedules", "/schedules", "Schedules" },
                  { "find", "/find", "History" } };
  html_open (html, "header", NULL);
  html_element (html, "a", "weir", "class", "brand", "href", "/", NULL);
  html_open (html, "nav", "aria-label", "Main", NULL);
  html_open (html, "ul", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (entries); i++)
    link_to (html, entries[i].path, entries[i].name, g_strcmp0 (section, entries[i].section) == 0);
  html_close (html, "ul");
  html_close (html, "nav");
  html_open (html, "form", "action", "/go", "method", "get", "role", "search", NULL);
  html_element (html, "label", "Find a run or a file", "for", "run", "class", "unseen", NULL);
  html_open (html, "input", "type", "search", "id", "run", "name", "run", "placeholder", "Run or file name", "required", "", NULL);
  html_element (html, "button", "Find", "type", "submit", NULL);
  html_close (html, "form");
  html_close (html, "header");
}

void
frame_open (Html *html, const Visit *visit, const char *title, const char *section)
{
  (void) visit;
  show_head (html, title);
  html_open (html, "body", NULL);
  html_element (html, "a", "Skip to the content", "class", "skip", "href", "#main", NULL);
  show_navigation (html, section);
  html_open (html, "main", "id", "main", "tabindex", "-1", NULL);
}

void
frame_close (Html *html, const Visit *visit)
{
  const Page *page = visit->page;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (visit->now / G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  html_open (html, "p", "class", "updated", NULL);
  html_text (html, "As of ");
  html_time (html, time, 0);
  html_text (html, " UTC ");
  html_element (html, "a", "Refresh", "href", "", "class", "refresh", NULL);
  html_close (html, "p");
  html_close (html, "main");
  html_open (html, "footer", NULL);
  html_open (html, "p", NULL);
  html_format (html, "weir %s, home %s", WEIR_VERSION, page->settings->home);
  if (page_db_where (page->db) != NULL)
    html_format (html, ", %s", page_db_where (page->db));
  html_close (html, "p");
  html_close (html, "footer");
  html_close (html, "body");
  html_close (html, "html");
}
