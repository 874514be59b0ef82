/* Files by SFTP, against OpenSSH's server: whose key it is, who is let in, listing, fetching, and writing by a part and a rename. */
#include "sftp_place.h"

#include "tests/support/gate.h"

#include <pwd.h>
#include <sys/stat.h>

/* ---- who is who ---- */

static void
test_host_keys (void **state)
{
  const Place *place = *state;
  files_put (place->data, "a.csv", "x\n1\n");
  g_autofree char *from = g_strdup_printf ("\"from\": {\"path\": \"%s/*\"}", place->data);

  g_autoptr (ConnectorRun) none = run (place, "check", files_request (connection_with (place, "host_key", NULL), "%s", from), NULL);
  assert_connector_error (none, 78, "configuration", "connection.host_key", "anybody could be the server");

  static const char wrong_key[] = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  g_autoptr (ConnectorRun) wrong =
      run (place, "check", files_request (connection_with (place, "host_key", wrong_key), "%s", from), NULL);
  assert_connector_error (wrong, 77, "credentials", NULL, wrong_key);
  assert_connector_error (wrong, 77, "credentials", NULL, place->sshd->host_key);
  assert_null (connector_line (wrong, "checked", 0));

  g_autoptr (Json) several = connection (place);
  json_object_set_new (several, "host_key", json_pack ("[s, s]", wrong_key, place->sshd->host_key));
  g_autoptr (ConnectorRun) one_of = run (place, "check", files_request (json_incref (several), "%s", from), NULL);
  assert_connector_done (one_of);

  Json *by_file = connection_with (place, "host_key", NULL);
  json_object_set_new (by_file, "known_hosts", json_string (place->sshd->known_hosts));
  g_autoptr (ConnectorRun) known = run (place, "check", files_request (by_file, "%s", from), NULL);
  assert_connector_done (known);

  g_autofree char *other = files_path (place->folder, "other_hosts");
  assert_true (g_file_set_contents (
      other, "example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINu9JeDdY8xlk05xFWvatvnBS1RUxASUsfUDGFpffWtr\n", -1, NULL));
  by_file = connection_with (place, "host_key", NULL);
  json_object_set_new (by_file, "known_hosts", json_string (other));
  g_autoptr (ConnectorRun) unknown = run (place, "check", files_request (by_file, "%s", from), NULL);
  assert_connector_error (unknown, 77, "credentials", NULL, other);
  assert_connector_error (unknown, 77, "credentials", NULL, place->sshd->host_key);

  by_file = connection_with (place, "host_key", NULL);
  json_object_set_new (by_file, "known_hosts", json_string ("/no/such/file"));
  g_autoptr (ConnectorRun) missing = run (place, "check", files_request (by_file, "%s", from), NULL);
  assert_connector_error (missing, 78, "configuration", "connection.known_hosts", "/no/such/file");
}

/* A server has keys of several types: the one that is known need not be the one that it shows by itself. */
static void
test_types_of_keys (void **state)
{
  const Place *place = *state;
  g_autofree char *folder = files_path (place->folder, "ssh2"), *hosts = files_path (place->folder, "hosts"), *ours = NULL;
  Sshd *sshd = sshd_start_with (folder, "ecdsa");
  Json *by_file = sshd_connection (sshd, 0);
  g_autoptr (ConnectorRun) printed = run (place, "check", files_request (sshd_connection (sshd, 0), "%s", ""), NULL);
  assert_connector_done (printed);

  assert_true (g_file_get_contents (sshd->known_hosts, &ours, NULL, NULL));
  g_autofree char *text =
      g_strdup_printf ("@cert-authority * ssh-rsa AAAA\n[127.0.0.1]:%d ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB\n%s", sshd->port, ours);
  assert_true (g_file_set_contents (hosts, text, -1, NULL));
  json_object_del (by_file, "host_key");
  json_object_set_new (by_file, "known_hosts", json_string (hosts));
  g_autoptr (ConnectorRun) known = run (place, "check", files_request (by_file, "%s", ""), NULL);
  assert_connector_done (known);
  sshd_stop (sshd);
}

static void
test_user_keys (void **state)
{
  const Place *place = *state;
  const Sshd *sshd = place->sshd;
  g_autofree char *stranger = sshd_new_key (sshd, "stranger", "ed25519", NULL, false);
  g_autofree char *rsa = sshd_new_key (sshd, "rsa", "rsa", NULL, true);
  g_autofree char *locked = sshd_new_key (sshd, "locked", "ed25519", "open sesame", true);
  struct
  {
    const char *key, *passphrase;
    int code;
    const char *class, *path, *text;
  } cases[] = {
    { stranger, NULL, 77, "credentials", NULL, stranger },
    { stranger, NULL, 77, "credentials", NULL, ".ssh/authorized_keys" },
    { rsa, NULL, 77, "credentials", NULL, "RSA keys do not work" },
    { locked, NULL, 78, "configuration", "connection.key_passphrase", "encrypted" },
    { locked, "wrong one", 77, "credentials", NULL, locked },
    { locked, "wrong one", 77, "credentials", NULL, "key_passphrase" },
    { locked, "open sesame", 0, NULL, NULL, NULL },
    { sshd->known_hosts, NULL, 78, "configuration", "connection.key_file", "no private key" },
    { "no/such/key", NULL, 78, "configuration", "connection.key_file", "no/such/key" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Json *with = connection_with (place, "key_file", cases[i].key);
      if (cases[i].passphrase != NULL)
        json_object_set_new (with, "key_passphrase", json_string (cases[i].passphrase));
      g_autoptr (ConnectorRun) tried = run (place, "check", files_request (with, "%s", ""), NULL);
      if (cases[i].code == 0)
        assert_connector_done (tried);
      else
        assert_connector_error (tried, cases[i].code, cases[i].class, cases[i].path, cases[i].text);
      g_autofree char *text = connector_text (tried);
      assert_null (strstr (text, "wrong one"));
    }
  /* Relative to the home. */
  g_autoptr (ConnectorRun) relative =
      run (place, "check", files_request (connection_with (place, "key_file", "ssh/user"), "%s", ""), NULL);
  assert_connector_done (relative);
  Json *by_password = connection_with (place, "key_file", NULL);
  json_object_set_new (by_password, "password", json_string ("not this one"));
  g_autoptr (ConnectorRun) refused = run (place, "check", files_request (by_password, "%s", ""), NULL);
  assert_connector_error (refused, 77, "credentials", NULL, "password");
}

static void
test_mistakes (void **state)
{
  const Place *place = *state;
  g_autoptr (ConnectorRun) all = run (place, "write",
                                      files_request (json_pack ("{s:s, s:i, s:s}", "type", "sftp", "port", 70000, "usr", "x"),
                                                     "\"to\": {\"path\": \"../::YYYYMMXX::.csv\", \"delimiter\": \"ab\"}"),
                                      FILES_SPOOL);
  static const char *const paths[] = { "connection.host",     "connection.port", "connection.usr", "connection.user", "connection",
                                       "connection.host_key", "to.path",         "to.delimiter",   "delivery" };
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_connector_error (all, 78, "configuration", paths[i], "");
  Json *away = connection (place);
  json_object_set_new (away, "port", json_integer (1));
  g_autoptr (ConnectorRun) nobody = run (place, "check", files_request (away, "%s", ""), NULL);
  assert_connector_error (nobody, 75, "transient", NULL, "Failed to connect");
}

/* ---- out of a folder ---- */

static void
test_discover (void **state)
{
  const Place *place = *state;
  static const char *const names[] = { "b.csv",       "a.csv",      "Übersicht März.csv", "empty.csv", "x.txt",
                                       ".hidden.csv", "c.csv.part", "a b\"c'.csv",        "%41.csv",   "blank",
                                       "blank " };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    files_put (place->data, names[i], strcmp (names[i], "empty.csv") == 0 ? "" : names[i]);
  files_put (place->data, "folder.csv/inner.csv", "x");
  /* The second half of its name is another file's; and a pipe, which nobody may open, for he would wait for its writer. */
  files_put (place->data, "two\na.csv", "x");
  files_put (place->data, "done/inside", "x");
  g_autofree char *pipe = files_path (place->data, "pipe.csv"), *link = files_path (place->data, "link.csv");
  assert_int_equal (mkfifo (pipe, 0644), 0);
  assert_int_equal (symlink ("folder.csv", link), 0);
  g_autoptr (ConnectorRun) found =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"%s/*.csv\"}", place->data), NULL);
  assert_connector_done (found);
  static const char *const expected[] = { "%41.csv", "a b\"c'.csv", "a.csv", "b.csv", "empty.csv", "Übersicht März.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const Json *stream = connector_line (found, "stream", (int) i);
      g_autofree char *path = files_path (place->data, expected[i]);
      assert_non_null (stream);
      assert_string_equal (json_string_value (json_object_get (stream, "name")), path);
      assert_string_equal (json_string_value (json_object_get (stream, "kind")), "file");
      assert_string_equal (json_string_value (json_object_get (stream, "mtime")), FILES_MTIME);
      assert_int_equal (json_integer_value (json_object_get (stream, "size")),
                        strcmp (expected[i], "empty.csv") == 0 ? 0 : strlen (expected[i]));
    }
  assert_null (connector_line (found, "stream", G_N_ELEMENTS (expected)));
  assert_non_null (strstr (json_string_value (connector_line (found, "note", 0)), "such as \"two\\x0Aa.csv\""));

  g_autoptr (ConnectorRun) below =
      run (place, "discover",
           files_request (connection (place),
                          "\"from\": {\"path\": \"%s/**/i*\"}, \"after\": {\"action\": \"move\", \"folder\": "
                          "\"%s/done\"}",
                          place->data, place->data),
           NULL);
  assert_connector_done (below);
  assert_true (g_str_has_suffix (json_string_value (json_object_get (connector_line (below, "stream", 0), "name")),
                                 "/folder.csv/inner.csv"));
  assert_null (connector_line (below, "stream", 1));
  g_autoptr (ConnectorRun) again = run (
      place, "check",
      files_request (connection (place), "\"from\": {\"path\": \"%s/*\"}, \"after\": {\"action\": \"move\", \"folder\": \"%s\"}",
                     place->data, place->data),
      NULL);
  assert_connector_error (again, 78, "configuration", "after.folder", "would be found again");

  g_autoptr (ConnectorRun) blank =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"%s/blank*\"}", place->data), NULL);
  assert_connector_done (blank);
  assert_true (g_str_has_suffix (json_string_value (json_object_get (connector_line (blank, "stream", 0), "name")), "/blank"));
  assert_true (g_str_has_suffix (json_string_value (json_object_get (connector_line (blank, "stream", 1), "name")), "/blank "));

  g_autoptr (ConnectorRun) one =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"%s/b.csv\"}", place->data), NULL);
  assert_connector_done (one);
  assert_non_null (connector_line (one, "stream", 0));
  g_autoptr (ConnectorRun) late =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"%s/later.csv\"}", place->data), NULL);
  assert_connector_done (late);
  assert_null (connector_line (late, "stream", 0));
  g_autoptr (ConnectorRun) nowhere =
      run (place, "discover", files_request (connection (place), "\"from\": {\"path\": \"%s/no/*\"}", place->data), NULL);
  assert_connector_error (nowhere, 78, "configuration", NULL, "no folder");
}

/* A relative path and an absolute one, to the folder in which the user begins. */
static void
test_folder_otherwise_written (void **state)
{
  const Place *place = *state;
  g_autofree char *own = realpath (getpwuid (geteuid ())->pw_dir, NULL);
  g_autofree char *own_folder = g_strdup_printf (
      "\"from\": {\"path\": \"*.csv\"}, \"after\": {\"action\": \"move\", \"folder\": \"%s\"}", own != NULL ? own : "/");
  g_autoptr (ConnectorRun) alike = run (place, "check", files_request (connection (place), "%s", own_folder), NULL);
  assert_connector_error (alike, 78, "configuration", NULL, "would be found again");
}

static ConnectorRun *
read_object (const Place *place, int port, const char *name, int64_t size, const char *mtime)
{
  return run (place, "read",
              files_request (sshd_connection (place->sshd, port),
                             "\"from\": {\"path\": \"%s/*\"}, \"object\": {\"path\": \"%s/%s\", \"size\": %" G_GINT64_FORMAT
                             ", \"mtime\": \"%s\", \"etag\": null}",
                             place->data, place->data, name, size, mtime),
              NULL);
}

/* How many round trips it takes: over a long way each is what a pull waits for. */
static int
turns_of (const Place *place, const char *verb, const char *members)
{
  Gate *gate = gate_start (place->sshd->port);
  g_autoptr (ConnectorRun) done =
      run (place, verb, files_request (sshd_connection (place->sshd, gate_port (gate)), "%s", members), NULL);
  assert_connector_done (done);
  int turns = gate_turns (gate);
  assert_int_equal (gate_connections (gate), 1);
  gate_stop (gate);
  return turns;
}

static void
test_round_trips (void **state)
{
  const Place *place = *state;
  g_autofree char *all = g_strdup_printf ("\"from\": {\"path\": \"%s/*\"}", place->data);
  g_autofree char *one =
      g_strdup_printf ("\"object\": {\"path\": \"%s/0.csv\", \"size\": 1, \"mtime\": \"" FILES_MTIME "\"}", place->data);
  int none = turns_of (place, "discover", all);
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.csv", i);
      files_put (place->data, name, "x");
    }
  assert_in_range (turns_of (place, "discover", all) - none, 1, 10 * 4 + 2);
  /* Time, opening, size, bytes, closing; and the same behind it but for the bytes. Two listings, which a read has not, are eight. */
  assert_true (turns_of (place, "read", one) - none <= 3);
}

static void
test_read (void **state)
{
  const Place *place = *state;
  files_put (place->data, "Übersicht.csv", "id;n\r\n1;\xfc\r\n");
  files_put (place->data, "empty.csv", "");
  g_autoptr (ConnectorRun) some = read_object (place, 0, "Übersicht.csv", 11, FILES_MTIME);
  assert_connector_done (some);
  assert_int_equal (some->length, 11);
  assert_memory_equal (some->spool, "id;n\r\n1;\xfc\r\n", 11);
  assert_true (json_is_true (json_object_get (connector_done (some), "raw")));
  g_autoptr (ConnectorRun) nothing = read_object (place, 0, "empty.csv", 0, FILES_MTIME);
  assert_connector_done (nothing);
  assert_int_equal (nothing->length, 0);

  /* Not the one that was listed any more. */
  g_autoptr (ConnectorRun) larger = read_object (place, 0, "Übersicht.csv", 10, FILES_MTIME);
  assert_connector_error (larger, 75, "transient", NULL, "has changed");
  g_autoptr (ConnectorRun) newer = read_object (place, 0, "Übersicht.csv", 11, "2026-11-28T22:30:00Z");
  assert_connector_error (newer, 75, "transient", NULL, "has changed");
  g_autoptr (ConnectorRun) gone = read_object (place, 0, "no.csv", 11, FILES_MTIME);
  assert_connector_error (gone, 75, "transient", NULL, "gone");
  g_autoptr (ConnectorRun) outside = read_object (place, 0, "../ssh/user", 11, FILES_MTIME);
  assert_connector_error (outside, 78, "configuration", "object.path", "..");
}

/* ---- into a folder ---- */

static void
test_write (void **state)
{
  const Place *place = *state;
  files_put (place->data, "out/keep.csv", "mine");
  g_autofree char *to_folder = g_strdup_printf ("\"path\": \"%s/out/\"", place->data);
  g_autofree char *dated = g_strdup_printf (
      "\"path\": \"%s/out/Bericht ü-::YYYYMMDD::.csv\", \"delimiter\": \";\", \"quote\": \"needed\", \"bom\": true", place->data);
  static const char name[] = "out/orders." RUN_ID ".csv";
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ConnectorRun) run_named = write_to (place, to_folder);
      assert_connector_done (run_named);
      assert_int_equal (json_integer_value (json_object_get (connector_done (run_named), "rows")), 2);
      assert_int_equal (connector_line (run_named, "note", 0) != NULL, i == 1);
      assert_file (place->data, name, FILES_SPOOL);
    }
  g_autoptr (ConnectorRun) with_date = write_to (place, dated);
  assert_connector_done (with_date);
  assert_file (place->data, "out/Bericht ü-20261128.csv", "\xef\xbb\xbfid;note\n1;\"x \"\"y\"\" é;\"\n2;\n");
  g_autofree char *names = files_names_in (place->data, "out");
  assert_string_equal (names, "Bericht ü-20261128.csv keep.csv orders." RUN_ID ".csv");
}

static void
test_name_is_taken (void **state)
{
  const Place *place = *state;
  files_put (place->data, "report.csv", "yesterday's");
  files_put (place->data, "same.csv", "\"id\",\"note\"\n\"1\",\"x \"\"y\"\" è;\"\n\"2\",\n"); /* as long as ours */
  g_autofree char *plain = g_strdup_printf ("\"path\": \"%s/report.csv\"", place->data);
  g_autofree char *replacing = g_strdup_printf ("%s, \"replace\": true", plain);
  g_autofree char *same_size = g_strdup_printf ("\"path\": \"%s/same.csv\"", place->data);
  g_autofree char *nowhere = g_strdup_printf ("\"path\": \"%s/no/report.csv\"", place->data);
  g_autofree char *a_folder = g_strdup_printf ("\"path\": \"%s\"", place->data);
  g_autoptr (ConnectorRun) taken = write_to (place, plain), taken_too = write_to (place, same_size);
  assert_connector_error (taken, 78, "configuration", NULL, "already another");
  assert_connector_error (taken_too, 78, "configuration", NULL, "already another");
  assert_file (place->data, "report.csv", "yesterday's");
  g_autoptr (ConnectorRun) replaced = write_to (place, replacing);
  assert_connector_done (replaced);
  assert_file (place->data, "report.csv", FILES_SPOOL);
  g_autoptr (ConnectorRun) no_folder = write_to (place, nowhere), folder = write_to (place, a_folder);
  assert_connector_error (no_folder, 78, "configuration", NULL, "no such folder");
  assert_connector_error (folder, 78, "configuration", NULL, "is a folder");
  g_autofree char *names = files_names_in (place->data, ".");
  assert_string_equal (names, "report.csv same.csv");
}

/* No rows are a file with a header; nothing at all is an empty file. */
static void
test_no_rows (void **state)
{
  const Place *place = *state;
  static const char delivery[] =
      "\"delivery\": {\"run\": \"" RUN_ID "\", \"table\": \"orders\", \"rows\": 0, \"columns\": [{\"name\": \"id\"}]}";
  g_autoptr (ConnectorRun) header =
      run (place, "write", files_request (connection (place), "\"to\": {\"path\": \"%s/a.csv\"}, %s", place->data, delivery),
           "\"id\"\n");
  assert_connector_done (header);
  assert_file (place->data, "a.csv", "\"id\"\n");
  g_autoptr (ConnectorRun) nothing =
      run (place, "write",
           files_request (connection (place), "\"to\": {\"path\": \"%s/b.csv\", \"header\": false}, %s", place->data, delivery),
           "\"id\"\n");
  assert_connector_done (nothing);
  assert_file (place->data, "b.csv", "");
}

/* What an earlier try left is overwritten; what was left a day ago by another run is swept; what is somebody else's stays. */
static void
test_sweeps (void **state)
{
  const Place *place = *state;
  files_put (place->data, ".orders." RUN_ID ".csv.part",
             "half of it, and much longer than all of what is delivered now: it was another try");
  files_put (place->data, ".orders.an-old-run.csv.part", "half");
  files_put (place->data, ".other.an-old-run.csv.part", "not ours");
  g_autofree char *recent = files_path (place->data, ".orders.another-run.csv.part");
  assert_true (g_file_set_contents (recent, "being written", -1, NULL));
  g_autofree char *old = files_path (place->data, ".orders.an-old-run.csv.part"),
                  *foreign = files_path (place->data, ".other.an-old-run.csv.part");
  const struct timespec long_ago[] = { { 1000000000, 0 }, { 1000000000, 0 } };
  assert_int_equal (utimensat (AT_FDCWD, old, long_ago, 0), 0);
  assert_int_equal (utimensat (AT_FDCWD, foreign, long_ago, 0), 0);
  g_autofree char *to = g_strdup_printf ("\"path\": \"%s/\"", place->data);
  g_autoptr (ConnectorRun) written = write_to (place, to);
  assert_connector_done (written);
  g_autofree char *names = files_names_in (place->data, ".");
  assert_string_equal (names, ".orders.another-run.csv.part .other.an-old-run.csv.part orders." RUN_ID ".csv");
  assert_file (place->data, "orders." RUN_ID ".csv", FILES_SPOOL);
}

/* ---- when it was loaded ---- */

static ConnectorRun *
finish (const Place *place, const char *name, const char *mtime, const char *rest)
{
  return run (place, "write",
              files_request (connection (place),
                             "\"after\": {\"path\": \"%s/%s\", \"size\": 1, \"mtime\": \"%s\", \"etag\": null, %s}", place->data,
                             name, mtime, rest),
              NULL);
}

static void
test_after (void **state)
{
  const Place *place = *state;
  static const char *const names[] = { "a.csv", "b.csv", "c.csv", "done/c.csv", "d.csv" };
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    files_put (place->data, names[i], "x");
  g_autofree char *move = g_strdup_printf ("\"action\": \"move\", \"folder\": \"%s/done\"", place->data);
  g_autofree char *nowhere = g_strdup_printf ("\"action\": \"move\", \"folder\": \"%s/no\"", place->data);
  for (int i = 0; i < 2; i++) /* the second time there is nothing to do */
    {
      g_autoptr (ConnectorRun) removed = finish (place, "a.csv", FILES_MTIME, "\"action\": \"delete\"");
      g_autoptr (ConnectorRun) moved = finish (place, "b.csv", FILES_MTIME, move);
      assert_connector_done (removed);
      assert_connector_done (moved);
    }
  assert_false (files_has (place->data, "a.csv") || files_has (place->data, "b.csv"));
  assert_file (place->data, "done/b.csv", "x");
  g_autoptr (ConnectorRun) beside = finish (place, "c.csv", FILES_MTIME, move);
  assert_connector_done (beside);
  assert_false (files_has (place->data, "c.csv"));
  g_autofree char *done = files_names_in (place->data, "done");
  g_auto (GStrv) in_done = g_strsplit (done, " ", -1);
  assert_int_equal (g_strv_length (in_done), 3);
  assert_true (g_str_has_prefix (in_done[1], "c-") && g_str_has_suffix (in_done[1], ".csv"));
  g_autoptr (ConnectorRun) changed = finish (place, "d.csv", "2026-11-28T22:30:02Z", "\"action\": \"delete\"");
  assert_connector_done (changed);
  assert_non_null (connector_line (changed, "note", 0));
  assert_non_null (strstr (json_string_value (connector_line (changed, "note", 0)), "has changed"));
  assert_file (place->data, "d.csv", "x");
  g_autoptr (ConnectorRun) no_folder = finish (place, "d.csv", FILES_MTIME, nowhere);
  assert_connector_error (no_folder, 78, "configuration", NULL, "Make the folder");
  g_autofree char *said = g_strdup_printf ("there is no folder \"%s/no\"", place->data);
  assert_connector_error (no_folder, 78, "configuration", NULL, said);
  assert_file (place->data, "d.csv", "x");
}

static void
test_check (void **state)
{
  const Place *place = *state;
  files_put (place->data, "in/empty.csv", "");
  files_put (place->data, "in/some.csv", "xyz");
  files_put (place->data, "out/keep", "mine");
  g_autoptr (ConnectorRun) both =
      run (place, "check",
           files_request (connection (place), "\"from\": {\"path\": \"%s/in/*\"}, \"to\": {\"path\": \"%s/out/\"}", place->data,
                          place->data),
           NULL);
  assert_connector_done (both);
  static const char *const whats[] = { "connect", "read", "write" };
  for (int i = 0; i < 3; i++)
    assert_string_equal (json_string_value (json_object_get (connector_line (both, "checked", i), "what")), whats[i]);
  assert_non_null (strstr (json_string_value (json_object_get (connector_line (both, "checked", 1), "text")), "some.csv"));
  g_autofree char *names = files_names_in (place->data, "out");
  assert_string_equal (names, "keep");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup (test_host_keys, clear),     cmocka_unit_test_setup (test_user_keys, clear),
    cmocka_unit_test_setup (test_types_of_keys, clear), cmocka_unit_test_setup (test_mistakes, clear),
    cmocka_unit_test_setup (test_discover, clear),      cmocka_unit_test_setup (test_read, clear),
    cmocka_unit_test_setup (test_write, clear),         cmocka_unit_test_setup (test_name_is_taken, clear),
    cmocka_unit_test_setup (test_round_trips, clear),   cmocka_unit_test_setup (test_no_rows, clear),
    cmocka_unit_test_setup (test_sweeps, clear),        cmocka_unit_test_setup (test_after, clear),
    cmocka_unit_test_setup (test_check, clear),         cmocka_unit_test_setup (test_folder_otherwise_written, clear),
  };
  return cmocka_run_group_tests (tests, setup, teardown);
}
