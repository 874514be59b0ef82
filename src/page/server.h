/* HTTP by libmicrohttpd, the one file that knows it: brings requests to respond.h, one after the other, and takes the answers back. No thread: whoever
 * has the server waits and lets it work.
 *
 * Bounded: 64 connections, 32 of one address, each with one request, 32 kB of headers and 4 kB of a form; ten seconds until the request is there, and
 * fifteen in which nothing moves. */
#ifndef WEIR_SRC_PAGE_SERVER_H
#define WEIR_SRC_PAGE_SERVER_H

#include "src/page/listen.h"
#include "src/page/view.h"

typedef struct Server Server;

/* Listens. Borrows the page. Errors: LOCAL; MODEL where certificate and key are none. */
Server *server_new (Page *page, const Listen *listen, GError **error);
void server_free (Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* The port in force, also where it was 0. */
int server_port (const Server *server);

/* To be polled for reading; and how long at most (milliseconds). */
int server_fd (const Server *server);
int server_wait (const Server *server);

/* Does what is to be done now. */
void server_work (Server *server);

#endif
