/* Listeners made ready: origin, secrets, TLS, a listening socket. */
#ifndef SIFT_INGEST_SERVE_PORT_H
#define SIFT_INGEST_SERVE_PORT_H

#include "engine/arena.h"
#include "ingest/serve/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_PORT_ERROR_BYTES = 1024 };

/* Reads the files and templates that a listener names: all that can be wrong but the address. Texts come from `arena`. SIFT_EINVAL,
 * SIFT_EIO, SIFT_ENOMEM with what is wrong and what to do in `error`. */
enum sift_status sift_port_prepare(struct sift_port *port, const struct sift_listener_config *config, struct sift_arena *arena,
                                   char error[SIFT_PORT_ERROR_BYTES]);

/* Opens, or takes over from systemd, the listening socket, non-blocking. Errors as above. */
enum sift_status sift_port_open(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]);

/* Closes and frees; a unix socket's path goes too. */
void sift_port_release(struct sift_port *port);

/* The next connection, non-blocking: its descriptor, or -1 with errno. `peer` gets "10.0.0.7", "2001:db8::1" or "unix". */
int sift_port_accept(const struct sift_port *port, char *peer, size_t peer_size);

#ifdef __cplusplus
}
#endif
#endif
