/* Path → Space and channel: `{owner}/{name}/{channel}.{*}`. */
#ifndef SIFT_INGEST_LAYOUT_H
#define SIFT_INGEST_LAYOUT_H

#include "engine/span.h"
#include "engine/status.h"
#include "engine/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_layout;

/* Parses a layout: text, '/' and {owner} {name} {space} {channel} {*}; NULL takes the built-in list, which asks that the
 * channel be one of the usual names. On SIFT_EINVAL `error` says what to type instead. */
enum sift_status sift_layout_new(struct sift_layout **out, const char *pattern, char *error, size_t error_size);
void sift_layout_free(struct sift_layout *layout);

struct sift_place {
  char space[SIFT_SPACE_NAME_MAX + 1];     /* "owner/name", or "" */
  char channel[SIFT_CHANNEL_NAME_MAX + 1]; /* or "" */
  struct sift_span matched;                /* the end of the path that the layout took; empty where it did not match */
};

/* Matches the last components of `path`. Never fails: no match leaves `out` empty. */
void sift_layout_match(const struct sift_layout *layout, const char *path, struct sift_place *out);

#ifdef __cplusplus
}
#endif
#endif
