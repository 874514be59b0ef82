/* Names and addresses of hosts. Pure. */
#ifndef WEIR_BASE_HOST_H
#define WEIR_BASE_HOST_H

#include <stdbool.h>

/* Whether it is this machine: "localhost" or an address of the loopback. A name that looks like one, "127.example.org", is anybody's. */
bool host_is_here (const char *host);

#endif
