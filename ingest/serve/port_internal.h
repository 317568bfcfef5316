/* What the files of a port share. */
#ifndef SIFT_INGEST_SERVE_PORT_INTERNAL_H
#define SIFT_INGEST_SERVE_PORT_INTERNAL_H

#include "ingest/serve/port.h"

enum sift_status sift_port_tls(struct sift_port *port, char error[SIFT_PORT_ERROR_BYTES]);
void sift_port_tls_release(struct sift_port *port);

/* The shared key and users of a forward listener, from their files. */
enum sift_status sift_port_secrets(struct sift_port *port, struct sift_arena *arena, char error[SIFT_PORT_ERROR_BYTES]);

#endif
