/* The whole server: listeners, loops, journal, view, HTTP, from start to end. */
#ifndef SIFT_INGEST_SERVE_SERVER_H
#define SIFT_INGEST_SERVE_SERVER_H

#include "ingest/serve/hub.h"
#include "ingest/serve/rulebox.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_SERVER_ERROR_BYTES = 5 * 1024 };

/* Where rules come from: at the start, and again at each SIGHUP. */
struct sift_server_rules {
  void *context;
  /* SIFT_OK and a box with one reference, or a status and in `error` why. Any thread, one at a time. */
  enum sift_status (*load)(void *context, struct sift_rulebox **out, char error[SIFT_SERVER_ERROR_BYTES]);
};

/* All is borrowed and must outlive the server. Zeroes are no defaults: sift_server_config_usual() gives them. */
struct sift_server_config {
  const struct sift_listener_config *listeners;
  size_t listener_count;
  struct sift_server_rules rules;
  const char *facts, *status; /* files; NULL: none. Read at the start, when they change, and at each SIGHUP */
  const char *data_dir;       /* NULL: nothing outlasts the process */
  const char *http;           /* address; NULL: none */
  const char *token_file;     /* of HTTP; NULL: none */
  unsigned loops;
  size_t memory_limit, connections_max;
  struct sift_live_limits limits;
  unsigned gather_ms, frame_timeout_ms, idle_timeout_ms;
  bool drop_newest;
  uint64_t spaces_max;
  unsigned view_ms, checkpoint_ms;
  uint64_t segment_bytes, keep_bytes;
  int64_t keep_age_ns;
  int64_t chunk_age_ns; /* how long a chunk's id is remembered */
  struct sift_note *note;
};
struct sift_server_config sift_server_config_usual(void);

struct sift_server;

/* Opens all and takes up what the data directory holds. Errors with a message that says what to do. */
enum sift_status sift_server_new(struct sift_server **out, const struct sift_server_config *config,
                                 char error[SIFT_SERVER_ERROR_BYTES]);
void sift_server_free(struct sift_server *server);

/* Serves until SIGTERM or SIGINT (SIGHUP reads the rules, facts and status page again), then drains, writes a checkpoint and returns SIFT_OK; or what was
 * fatal, or that the last checkpoint could not be written. Blocks those signals in the calling thread from new() on. */
enum sift_status sift_server_run(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]);

/* Checks listeners, secrets, certificates, addresses, the token of HTTP, rules, facts and status page, and opens nothing. */
enum sift_status sift_server_check(const struct sift_server_config *config, char error[SIFT_SERVER_ERROR_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
