/* Connections of type "sftp", as they are in weir.json; and what went wrong with them. */
#ifndef WEIR_CONNECT_CURL_SFTP_H
#define WEIR_CONNECT_CURL_SFTP_H

#include "connect/curl/store.h"
#include "connect/curl/transfer.h"

typedef struct
{
  Store store; /* first */
  Transfer *transfer;
  const char *host, *user, *password, *key_file, *passphrase, *known_hosts; /* borrowed from the request */
  char **host_keys;                                                         /* NULL: known_hosts */
  int64_t port, timeout;
  int known_fd;     /* what libcurl is to read as known_hosts; -1: nothing, */
  char *known_path; /* and its path */
  bool key_is_rsa, key_is_encrypted;
  int put_fd;        /* what is being sent, */
  int64_t put_bytes; /* and how much of it was */
  GHashTable *files; /* paths of what is surely a file */
} Sftp;

/* Whatever is wrong with the connection or with what the job says of files is a mistake: then NULL. The server is not asked yet. */
Sftp *sftp_open (const Request *request, const StoreVerbs *verbs);
void sftp_free (Sftp *sftp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sftp, sftp_free)

/* Has libcurl read that text as known_hosts. False: there is no memory for it. */
bool sftp_set_known (Sftp *sftp, const char *text);

/* Of a host key that is another one, and of a login that is refused, libcurl says too little. Returns false. */
bool sftp_fail (const Sftp *sftp, const TransferResult *result, const char *what, GError **error);

#endif
