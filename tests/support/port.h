/* A port of the loopback for a server that cannot choose one by itself, or that comes back to the same one. */
#ifndef WEIR_TESTS_SUPPORT_PORT_H
#define WEIR_TESTS_SUPPORT_PORT_H

/* One that nobody has, and that no other test gets until this one has ended. It is below those that the kernel gives to whoever connects or asks for any, so that none of these takes it in between. */
int port_free (void);

#endif
