/* Connections of type "sftp". The server's key is always looked at: libcurl by itself takes any. What is tried here was seen against OpenSSH's server. */
#include "connect/curl/sftp.h"

#include "base/error.h"
#include "base/fault.h"
#include "connect/curl/files.h"
#include "connect/curl/kinds.h"
#include "connect/curl/paths.h"
#include "connect/curl/ssh_key.h"

#include <string.h>
#include <unistd.h>

#define LISTING_MOST ((size_t) 64 << 20) /* a name of 50 letters each: a million files */

#define SOME_KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* base64; shorter ones are not read */

/* As libcurl numbers them. */
enum
{
  CODE_OK = 0,
  CODE_SESSION = 2,
  CODE_PEER = 60,
  CODE_QUOTE = 21,
  CODE_NOT_FOUND = 78,
  CODE_SSH = 79,
};

/* A server that has several keys shows one of them, and the fingerprint that is known may be another's: it is asked for each type. */
static void
ask_for_other_keys (Sftp *sftp, TransferRequest *request, TransferResult *result)
{
  static const char *const types[] = { "ssh-ed25519", "ecdsa-sha2-nistp256" };
  for (size_t i = 0; i < G_N_ELEMENTS (types) && result->code == CODE_PEER; i++)
    {
      g_auto (TransferResult) other = { 0 };
      g_autofree char *line = ssh_key_known_line (sftp->host, sftp->port, types[i], SOME_KEY);
      if (!sftp_set_known (sftp, line))
        return;
      request->sftp.known_hosts = sftp->known_path;
      transfer_run (sftp->transfer, request, &other);
      if (other.code == CODE_PEER || other.code == CODE_SESSION)
        continue;
      TransferResult wrong = *result;
      *result = other;
      other = wrong;
    }
}

/* The request with what all of them have; the path is in it as its URL. */
static void
run (Sftp *sftp, TransferRequest *request, const char *path, TransferResult *ret_result)
{
  g_autofree char *url = transfer_sftp_url (sftp->host, sftp->port, path);
  request->url = url;
  request->protocols = "sftp";
  request->user = sftp->user;
  request->password = sftp->password;
  request->connect_seconds = request->still_seconds = sftp->timeout;
  request->is_stopping = connect_is_stopping;
  request->sftp.key_file = sftp->key_file;
  request->sftp.passphrase = sftp->passphrase;
  request->sftp.known_hosts = sftp->known_path;
  request->sftp.host_keys = (const char *const *) sftp->host_keys;
  transfer_run (sftp->transfer, request, ret_result);
  if (sftp->host_keys != NULL)
    ask_for_other_keys (sftp, request, ret_result);
}

static char *
what_of (const char *verb, const char *path)
{
  return g_strdup_printf ("could not %s \"%s\"", verb, path);
}

/* ---- the verbs of a store ---- */

/* A listing, in memory. */
typedef struct
{
  GString *text;
  bool is_full;
} Listing;

static bool
keep_text (const char *bytes, size_t length, void *data)
{
  Listing *listing = data;
  listing->is_full = listing->is_full || length > LISTING_MOST - listing->text->len;
  if (!listing->is_full)
    g_string_append_len (listing->text, bytes, (gssize) length);
  return !listing->is_full;
}

static void
fetch_listing (Sftp *sftp, const char *folder, bool names_only, Listing *listing, TransferResult *ret_result)
{
  g_autofree char *path = path_join (folder, folder[0] == '\0' ? "" : g_str_has_suffix (folder, "/") ? "" : "/");
  run (sftp, &(TransferRequest) { .take = keep_text, .data = listing, .sftp = { .is_list = names_only } }, path, ret_result);
}

static char *
next_line (char **at)
{
  char *line = *at, *end = strchr (line, '\n');
  if (end == NULL)
    return NULL;
  *end = '\0';
  *at = end + 1;
  return line;
}

/* The first letter of what the server shows of the name as `ls -l` does: '-' is a file. The rest of the line is each server's own way. 0: it is not about that name, for the
 * folder has changed since. */
static char
kind_of (const char *line, const char *name)
{
  g_autofree char *end = g_strconcat (" ", name, NULL), *link = g_strconcat (" ", name, " -> ", NULL);
  if (line == NULL)
    return '\0';
  return g_str_has_suffix (line, end) || (line[0] == 'l' && strstr (line, link) != NULL) ? line[0] : '\0';
}

/* libcurl opens a folder as it opens a file. Only a folder can be listed. */
static bool
is_folder (Sftp *sftp, const char *path)
{
  g_autofree char *folder = g_strconcat (path, "/", NULL);
  g_auto (TransferResult) result = { 0 };
  run (sftp, &(TransferRequest) { .sftp = { .is_list = true } }, folder, &result);
  return result.code == CODE_OK;
}

/* Where folders are wanted, what the listing does not call by a letter that we know is tried. */
static void
take_name (Sftp *sftp, const char *folder, const char *name, char kind, GPtrArray *names, GPtrArray *folders)
{
  g_autofree char *path = path_join (folder, name);
  bool is_known = kind != '\0' && strchr ("-ldpscb", kind) != NULL;
  if (folders != NULL && (kind == 'd' || (!is_known && is_folder (sftp, path))))
    g_ptr_array_add (folders, g_strdup (name));
  else if (!is_known || kind == '-' || kind == 'l')
    g_ptr_array_add (names, g_strdup (name));
  if (kind == '-')
    g_hash_table_add (sftp->files, g_steal_pointer (&path));
}

/* The two listings, line by line. A name with a line's end in it comes in pieces, of which all but the first have nothing before them in the long listing, either: they are put
 * together again, to be told as a name that cannot be used. */
static void
take_names (Sftp *sftp, const char *folder, char *listed, char *shown, GPtrArray *names, GPtrArray *folders)
{
  g_autoptr (GString) name = g_string_new (NULL);
  char kind = '\0';
  for (char *line = next_line (&listed);; line = next_line (&listed))
    {
      const char *long_line = line != NULL ? next_line (&shown) : NULL;
      bool is_piece = kind != '\0' && g_strcmp0 (line, long_line) == 0 && line != NULL;
      if (is_piece)
        {
          g_string_append_printf (name, "\n%s", line);
          continue;
        }
      if (name->len > 0 && strcmp (name->str, ".") != 0 && strcmp (name->str, "..") != 0)
        take_name (sftp, folder, name->str, kind, names, folders);
      if (line == NULL)
        return;
      g_string_assign (name, line);
      kind = kind_of (long_line, line);
    }
}

/* Names come alone, and once more with what they are, so that each need not be asked whether it is a folder. A pipe must not be opened: its server would wait for whoever
 * writes to it. */
static bool
sftp_list (Store *store, const char *folder, GPtrArray *names, GPtrArray *folders, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_auto (TransferResult) result = { 0 }, shown_result = { 0 };
  g_autoptr (GString) listed_text = g_string_new (NULL), shown_text = g_string_new (NULL);
  Listing listed = { listed_text, false }, shown = { shown_text, false };
  fetch_listing (sftp, folder, true, &listed, &result);
  g_autofree char *what = what_of ("list the folder", folder[0] != '\0' ? folder : ".");
  if (listed.is_full)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, "Move files that are done elsewhere (\"after\").",
                         "%s: the names in it are more than %zu MiB", what, LISTING_MOST >> 20);
  if (result.code == CODE_NOT_FOUND)
    return connect_fail (error, CONNECT_CONFIGURATION, "curl 78", NULL, "there is no folder \"%s\" at %s", folder, sftp->host);
  if (result.code != CODE_OK)
    return sftp_fail (sftp, &result, what, error);
  fetch_listing (sftp, folder, false, &shown, &shown_result);
  /* Where only names are wanted these are enough. */
  if (folders != NULL && shown_result.code != CODE_OK && !shown.is_full)
    return sftp_fail (sftp, &shown_result, what, error);
  take_names (sftp, folder, listed.text->str, shown.text->str, names, folders);
  return connect_go_on (error);
}

static FileFacts
facts_of (const TransferResult *result)
{
  return (FileFacts) { .size = MAX (result->size, 0), .mtime = result->mtime * G_USEC_PER_SEC };
}

static bool
sftp_look (Store *store, const char *path, Found *ret_found, FileFacts *ret_facts, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_auto (TransferResult) result = { 0 };
  *ret_found = FOUND_NOTHING;
  run (sftp, &(TransferRequest) { .only_look = true, .sftp = { .tells_time = true } }, path, &result);
  if (result.code == CODE_NOT_FOUND)
    return true;
  g_autofree char *what = what_of ("look at", path);
  if (result.code != CODE_OK)
    return sftp_fail (sftp, &result, what, error);
  *ret_facts = facts_of (&result);
  *ret_found = !g_hash_table_contains (sftp->files, path) && is_folder (sftp, path) ? FOUND_OTHER : FOUND_FILE;
  return connect_go_on (error);
}

static bool
sftp_get (Store *store, const char *path, int64_t offset, bool first_byte, bool (*take) (const char *, size_t, void *), void *data,
          FileFacts *ret_facts, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_auto (TransferResult) result = { 0 };
  TransferRequest asked = { .take = take, .data = data };
  asked.sftp.offset = offset;
  asked.sftp.first_byte = first_byte;
  asked.sftp.tells_time = ret_facts != NULL;
  run (sftp, &asked, path, &result);
  g_autofree char *what = what_of ("read", path);
  if (result.code != CODE_OK)
    return sftp_fail (sftp, &result, what, error);
  if (ret_facts != NULL)
    *ret_facts = facts_of (&result);
  /* No folder can be read. */
  g_hash_table_add (sftp->files, g_strdup (path));
  return true;
}

static bool
sftp_home (Store *store, char **ret_home, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_auto (TransferResult) result = { 0 };
  run (sftp, &(TransferRequest) { .only_look = true, .sftp = { .tells_home = true } }, "", &result);
  if (result.code != CODE_OK)
    return sftp_fail (sftp, &result, "could not look at the user's folder", error);
  *ret_home = g_steal_pointer (&result.home);
  return true;
}

static size_t
give_file (char *room, size_t size, void *data)
{
  Sftp *sftp = data;
  ssize_t n = read (sftp->put_fd, room, size);
  sftp->put_bytes += MAX (n, 0);
  connect_progress (0, sftp->put_bytes, -1);
  return n < 0 ? TRANSFER_BROKEN : (size_t) n;
}

static bool
sftp_remove (Store *store, const char *path, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_autofree char *quoted = transfer_quote (path), *command = g_strconcat ("rm ", quoted, NULL);
  const char *const commands[] = { command, NULL };
  g_auto (TransferResult) result = { 0 };
  run (sftp, &(TransferRequest) { .only_look = true, .sftp = { .before = commands } }, "", &result);
  g_autofree char *what = what_of ("remove", path);
  if (result.code == CODE_OK)
    return true;
  Found found = FOUND_FILE;
  FileFacts facts;
  if (result.code == CODE_QUOTE && !sftp_look (store, path, &found, &facts, error))
    return false;
  return found == FOUND_NOTHING || sftp_fail (sftp, &result, what, error);
}

/* A command that failed says no more than that: whether the name was in the way is looked up. */
static bool
judge_rename (Sftp *sftp, const TransferResult *result, const char *to, bool *ret_exists, GError **error)
{
  Found found = FOUND_NOTHING;
  FileFacts facts;
  g_autofree char *what = what_of ("rename a file to", to);
  if (result->code == CODE_OK)
    return true;
  if (result->code == CODE_QUOTE && !sftp_look (&sftp->store, to, &found, &facts, error))
    return false;
  *ret_exists = found != FOUND_NOTHING;
  return !*ret_exists && sftp_fail (sftp, result, what, error);
}

static bool
sftp_rename (Store *store, const char *from, const char *to, bool *ret_exists, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  Found found;
  FileFacts facts;
  *ret_exists = false;
  /* Some servers would replace what is there. */
  if (!sftp_look (store, to, &found, &facts, error))
    return false;
  *ret_exists = found != FOUND_NOTHING;
  if (*ret_exists)
    return false;
  g_autofree char *from_quoted = transfer_quote (from), *to_quoted = transfer_quote (to);
  g_autofree char *command = g_strdup_printf ("rename %s %s", from_quoted, to_quoted);
  const char *const commands[] = { command, NULL };
  g_auto (TransferResult) result = { 0 };
  run (sftp, &(TransferRequest) { .only_look = true, .sftp = { .before = commands } }, "", &result);
  return judge_rename (sftp, &result, to, ret_exists, error);
}

static bool
sftp_put (Store *store, int fd, int64_t size, const char *part, const char *path, bool replaces, bool *ret_exists, GError **error)
{
  Sftp *sftp = (Sftp *) store;
  g_autofree char *part_quoted = transfer_quote (part), *path_quoted = transfer_quote (path);
  g_autofree char *removal = g_strconcat ("*rm ", path_quoted, NULL);
  g_autofree char *renaming = g_strdup_printf ("rename %s %s", part_quoted, path_quoted);
  const char *const commands[] = { replaces ? removal : renaming, replaces ? renaming : NULL, NULL };
  g_auto (TransferResult) result = { 0 };
  *ret_exists = false;
  if (lseek (fd, 0, SEEK_SET) != 0)
    return weir_system_error (error, errno, "could not read what is to be sent");
  sftp->put_fd = fd;
  sftp->put_bytes = 0;
  run (sftp, &(TransferRequest) { .send = give_file, .send_size = size, .data = sftp, .sftp = { .after = commands } }, part,
       &result);
  fault_point ("sftp-put");
  g_autofree char *what = what_of ("write", path);
  if (result.code == CODE_NOT_FOUND)
    return connect_fail (error, CONNECT_CONFIGURATION, "curl 78", "Make it there, or mend \"path\".",
                         "%s: there is no such folder at %s", what, sftp->host);
  if (result.code == CODE_SSH)
    return connect_fail (error, CONNECT_TRANSIENT, "curl 79", "It gives no reason: is its disk full, or a quota used up?",
                         "%s: %s did not take all of it, or has ended the session", what, sftp->host);
  if (result.code != CODE_OK)
    return result.code == CODE_QUOTE ? judge_rename (sftp, &result, path, ret_exists, error)
                                     : sftp_fail (sftp, &result, what, error);
  g_hash_table_add (sftp->files, g_strdup (path));
  return true;
}

static const StoreVerbs sftp_verbs = { sftp_list, sftp_look, sftp_get, sftp_put, sftp_rename, sftp_remove, sftp_home };

/* ---- the verbs of the connector ---- */

static bool
check (const Request *request, GError **error)
{
  g_autoptr (Sftp) sftp = sftp_open (request, &sftp_verbs);
  return sftp == NULL || files_check (&sftp->store, request, error);
}

static bool
discover (const Request *request, GError **error)
{
  g_autoptr (Sftp) sftp = sftp_open (request, &sftp_verbs);
  return sftp == NULL || files_discover (&sftp->store, request, error);
}

static bool
read_one (const Request *request, Done *done, GError **error)
{
  g_autoptr (Sftp) sftp = sftp_open (request, &sftp_verbs);
  return sftp == NULL || files_read (&sftp->store, request, done, error);
}

static bool
write_one (const Request *request, Done *done, GError **error)
{
  g_autoptr (Sftp) sftp = sftp_open (request, &sftp_verbs);
  return sftp == NULL || files_write (&sftp->store, request, done, error);
}

const Kind kind_sftp = { "sftp", check, discover, read_one, write_one };
