/* What an operator says of one listener, as a URL: protocol, transport, address, templates, files for TLS and secrets. */
#ifndef SIFT_INGEST_SERVE_LISTENER_H
#define SIFT_INGEST_SERVE_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/arena.h"
#include "ingest/serve/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_LISTENER_ERROR_BYTES = 512 };

enum sift_listener_place { SIFT_LISTEN_ADDRESS, SIFT_LISTEN_UNIX, SIFT_LISTEN_SYSTEMD };

/* Texts come from the arena it was read into; NULL where not given. */
struct sift_listener_config {
  const char *name; /* scheme and address, without the options: its label in metrics, events and messages */
  enum sift_protocol_kind kind;
  bool tls;
  enum sift_listener_place place;
  const char *host, *port;                   /* ADDRESS; host "" is any */
  const char *path;                          /* UNIX: of the socket; SYSTEMD: the name of the descriptor, "" for the first of all */
  const char *space, *channel, *time, *text; /* templates, docs/templates.md */
  const char *certificate, *key, *client_ca; /* PEM files; with client_ca, clients must show a certificate of it */
  const char *shared_key_file, *users_file, *hostname; /* forward */
};

/* Reads SCHEME://ADDRESS?OPTION=VALUE&…: scheme tcp, syslog or forward, then +tls, +unix and +systemd where wanted. Values are
 * percent-decoded. SIFT_EINVAL with what is wrong and what to type in `error`; SIFT_ENOMEM. */
enum sift_status sift_listener_parse(struct sift_listener_config *out, struct sift_arena *arena, const char *url,
                                     char error[SIFT_LISTENER_ERROR_BYTES]);

/* Sets an option by its name, as the URL does: for configuration files. */
enum sift_status sift_listener_set(struct sift_listener_config *listener, struct sift_arena *arena, struct sift_span name,
                                   struct sift_span value, char error[SIFT_LISTENER_ERROR_BYTES]);

/* What must go together goes together: a certificate with TLS, and so on. After all options are set. */
enum sift_status sift_listener_check(const struct sift_listener_config *listener, char error[SIFT_LISTENER_ERROR_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
