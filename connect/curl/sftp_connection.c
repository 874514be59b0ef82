#include "connect/curl/sftp.h"

#include "base/fsutil.h"
#include "connect/curl/files.h"
#include "connect/curl/outcome.h"
#include "connect/curl/ssh_key.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PORT_SSH 22
#define TIMEOUT_SECONDS 30
#define KEY_FILE_MOST (1 << 20)
#define KNOWN_HOSTS_MOST (16 << 20)

/* As libcurl numbers them. */
enum
{
  CODE_SESSION = 2,
  CODE_PEER = 60,
  CODE_LOGIN = 67,
};

void
sftp_free (Sftp *sftp)
{
  transfer_free (sftp->transfer);
  g_hash_table_unref (sftp->files);
  g_strfreev (sftp->host_keys);
  g_free (sftp->known_path);
  if (sftp->known_fd >= 0)
    close (sftp->known_fd);
  g_free (sftp);
}

/* ---- the connection as the job has it ---- */

static void
add_host_key (GStrvBuilder *keys, const Json *value)
{
  const char *text = json_string_value (value);
  const char *digest = text != NULL && g_str_has_prefix (text, "SHA256:") ? text + strlen ("SHA256:") : "";
  size_t length = strcspn (digest, "=");
  if (length != 43 || strspn (digest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != length)
    connect_mistake ("connection.host_key", "must be \"SHA256:...\" as `ssh-keygen -lf` shows it, or a list of such");
  else
    {
      g_autofree char *key = g_strdup_printf ("SHA256:%.43s", digest);
      g_strv_builder_add (keys, key);
    }
}

bool
sftp_set_known (Sftp *sftp, const char *text)
{
  size_t length = strlen (text);
  if (sftp->known_fd < 0)
    sftp->known_fd = memfd_create ("known_hosts", MFD_CLOEXEC);
  if (sftp->known_fd < 0 || ftruncate (sftp->known_fd, 0) != 0 || pwrite (sftp->known_fd, text, length, 0) != (ssize_t) length)
    return false;
  if (sftp->known_path == NULL)
    sftp->known_path = g_strdup_printf ("/proc/self/fd/%d", sftp->known_fd);
  return true;
}

/* libcurl gets what is about this host. */
static void
read_known_hosts (Sftp *sftp)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  if (!fs_read_file (sftp->known_hosts, KNOWN_HOSTS_MOST, &text, NULL, &error))
    {
      connect_mistake ("connection.known_hosts", "cannot be used: %s", error->message);
      return;
    }
  g_autofree char *known = ssh_key_known_hosts (text, sftp->host != NULL ? sftp->host : "", sftp->port);
  if (!sftp_set_known (sftp, known))
    connect_mistake ("connection.known_hosts", "cannot be kept in memory");
}

static void
read_host_key (Sftp *sftp, const Json *connection)
{
  const Json *value = json_object_get (connection, "host_key");
  sftp->known_hosts = connect_text (connection, "connection", "known_hosts", false);
  if (value == NULL && sftp->known_hosts == NULL)
    connect_mistake ("connection.host_key",
                     "is missing: without the server's key (or \"known_hosts\", a file with it) anybody could be the server. "
                     "`ssh-keyscan -p %" G_GINT64_FORMAT
                     " %s | ssh-keygen -lf -` shows it; ask whoever runs the server whether it is his",
                     sftp->port, sftp->host != NULL ? sftp->host : "HOST");
  else if (value != NULL && sftp->known_hosts != NULL)
    connect_mistake ("connection.known_hosts", "stands beside \"host_key\": one of the two");
  else if (value == NULL)
    read_known_hosts (sftp);
  if (value == NULL)
    return;
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  if (json_is_array (value) && json_array_size (value) == 0)
    connect_mistake ("connection.host_key", "is empty");
  if (!json_is_array (value))
    add_host_key (keys, value);
  for (size_t i = 0; i < json_array_size (value); i++)
    add_host_key (keys, json_array_get (value, i));
  sftp->host_keys = g_strv_builder_end (keys);
}

static void
look_at_key_file (Sftp *sftp)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  if (!fs_read_file (sftp->key_file, KEY_FILE_MOST, &text, NULL, &error))
    {
      connect_mistake ("connection.key_file", "cannot be used: %s", error->message);
      return;
    }
  SshKeyLook look = ssh_key_look (text);
  memset (text, 0, strlen (text));
  sftp->key_is_rsa = look.is_rsa;
  sftp->key_is_encrypted = look.is_encrypted;
  if (!look.is_key)
    connect_mistake ("connection.key_file", "names \"%s\", which is no private key", sftp->key_file);
  else if (look.is_encrypted && sftp->passphrase == NULL)
    connect_mistake ("connection.key_passphrase", "is missing: \"%s\" is encrypted", sftp->key_file);
}

static void
read_login (Sftp *sftp, const Json *connection)
{
  sftp->user = connect_text (connection, "connection", "user", true);
  sftp->password = connect_text (connection, "connection", "password", false);
  sftp->key_file = connect_text (connection, "connection", "key_file", false);
  sftp->passphrase = connect_text (connection, "connection", "key_passphrase", false);
  if ((sftp->password == NULL) == (sftp->key_file == NULL))
    connect_mistake ("connection", "needs \"key_file\" or \"password\"%s", sftp->password != NULL ? ", not both" : "");
  else if (sftp->key_file != NULL)
    look_at_key_file (sftp);
}

Sftp *
sftp_open (const Request *request, const StoreVerbs *verbs)
{
  static const char *const known[] = { "type",     "program",        "host",        "port",     "user",    "password",
                                       "key_file", "key_passphrase", "known_hosts", "host_key", "timeout", NULL };
  const Json *connection = request->connection;
  g_autoptr (Sftp) sftp = g_new0 (Sftp, 1);
  connect_known (connection, "connection", known);
  sftp->store.verbs = verbs;
  sftp->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sftp->put_fd = sftp->known_fd = -1;
  sftp->host = sftp->store.what = connect_text (connection, "connection", "host", true);
  sftp->port = connect_number (connection, "connection", "port", PORT_SSH);
  sftp->timeout = connect_number (connection, "connection", "timeout", TIMEOUT_SECONDS);
  if (sftp->host != NULL && (sftp->host[0] == '\0' || strpbrk (sftp->host, "/@ \t\r\n?#") != NULL))
    connect_mistake ("connection.host", "must be a host's name or address, and nothing else");
  if (sftp->port < 1 || sftp->port > 65535)
    connect_mistake ("connection.port", "must be from 1 to 65535");
  if (sftp->timeout < 1)
    connect_mistake ("connection.timeout", "must be at least 1, in seconds");
  read_login (sftp, connection);
  read_host_key (sftp, connection);
  files_look_at (request);
  if (connect_has_mistakes ())
    return NULL;
  sftp->transfer = transfer_new ();
  return g_steal_pointer (&sftp);
}

/* ---- what went wrong ---- */

#define AUTHORIZED "The public key (ssh-keygen -y -f KEY) has to be in the user's .ssh/authorized_keys there."

/* What who is not let in may have to mend. */
static const char *
login_hint (const Sftp *sftp)
{
  if (sftp->key_file == NULL)
    return NULL;
  return sftp->key_is_encrypted ? "Is \"key_passphrase\" right? " AUTHORIZED : AUTHORIZED;
}

bool
sftp_fail (const Sftp *sftp, const TransferResult *result, const char *what, GError **error)
{
  if (result->code == CODE_PEER && sftp->known_hosts != NULL)
    return connect_fail (error, CONNECT_CREDENTIALS, "curl 60",
                         "Ask whoever runs the server whether its key is a new one, and only then put it into the file.",
                         "%s: the host key of %s is not in \"%s\": the server showed %s", what, sftp->host, sftp->known_hosts,
                         result->shown_key != NULL ? result->shown_key : "none");
  if (result->code == CODE_PEER)
    {
      g_autofree char *expected = g_strjoinv (", ", sftp->host_keys);
      return connect_fail (
          error, CONNECT_CREDENTIALS, "curl 60",
          "A server has a key of each type: `ssh-keyscan` shows all. If it is a new one, ask whoever runs the server.",
          "%s: the host key of %s is not %s: the server showed %s", what, sftp->host, expected,
          result->shown_key != NULL ? result->shown_key : "none");
    }
  if (result->code == CODE_LOGIN && sftp->key_is_rsa)
    return connect_fail (error, CONNECT_CREDENTIALS, "curl 67",
                         "RSA keys do not work with this libssh2 and a current OpenSSH: use ed25519 (ssh-keygen -t ed25519).",
                         "%s: %s does not let \"%s\" in with the key \"%s\", which is an RSA key", what, sftp->host, sftp->user,
                         sftp->key_file);
  if (result->code == CODE_SESSION && strstr (result->text, "exchange encryption keys") != NULL)
    return connect_fail (error, CONNECT_CREDENTIALS, "curl 2",
                         "RSA host keys do not work with this libssh2 and a current OpenSSH: have the server's ed25519 key known.",
                         "%s: %s has no host key of a type that is known here, or no cipher that libssh2 has: %s", what, sftp->host,
                         result->text);
  if (result->code == CODE_LOGIN)
    return connect_fail (error, CONNECT_CREDENTIALS, "curl 67", login_hint (sftp), "%s: %s does not let \"%s\" in with the %s%s%s",
                         what, sftp->host, sftp->user, sftp->key_file != NULL ? "key \"" : "password",
                         sftp->key_file != NULL ? sftp->key_file : "", sftp->key_file != NULL ? "\"" : "");
  return outcome_fail (result, what, error);
}
