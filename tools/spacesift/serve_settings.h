/* What `spacesift serve` can be told, by option or by configuration file: one table for both. */
#ifndef SIFT_TOOLS_SERVE_SETTINGS_H
#define SIFT_TOOLS_SERVE_SETTINGS_H

#include "ingest/serve/server.h"
#include "tools/spacesift/cli.h"

enum { SIFT_SERVE_ERROR_BYTES = 1024 };

struct sift_serve_settings {
  struct sift_server_config config;
  struct sift_listener_config listeners[SIFT_LISTENERS_MAX];
  size_t listener_count;
  const char *rules; /* path; NULL: the built-in pack */
  bool no_cache;
  enum sift_note_level log_level;
  bool log_json;
  uint64_t given; /* bit i: setting i was given by an option, which a file does not change */
  struct sift_arena arena;
};

void sift_serve_settings_init(struct sift_serve_settings *settings);
void sift_serve_settings_release(struct sift_serve_settings *settings);

/* The settings by number, for a table of options: NULL past the last. `help` is "" for those that stand in no help. */
const char *sift_serve_setting_name(size_t index);

/* Sets one by its name. `by_option`: it stays, whatever a file says. False with what is wrong, and what to type, in `error`. */
bool sift_serve_set(struct sift_serve_settings *settings, struct sift_span name, const char *value, bool by_option,
                    char error[SIFT_SERVE_ERROR_BYTES]);

/* Adds a listener. */
bool sift_serve_listen(struct sift_serve_settings *settings, const char *url, char error[SIFT_SERVE_ERROR_BYTES]);

/* Reads a configuration file. All problems are printed; an exit status. */
int sift_serve_config_read(struct sift_serve_settings *settings, const char *path);

#endif
