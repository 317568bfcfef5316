#include "bench/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPACES = 300, RUN = 4, NAME_BYTES = 64, HEAD_BYTES = 256, MAP_BYTES = 2048, BEGIN_SECONDS = 1769853605 };

static void name_space(uint64_t record, char name[NAME_BYTES]) {
  unsigned space = (unsigned)(record / RUN % SPACES);
  snprintf(name, NAME_BYTES, "some-owner-%u/space-number-%u", space % 37, space);
}

static char *put_event_time(char *at, uint64_t record) {
  at = sift_put_byte(sift_put_byte(at, 0xD7), 0);
  at = sift_put_big(at, BEGIN_SECONDS + record / 1000, 4);
  return sift_put_big(at, record % 1000 * 1000000, 4);
}

/* The record's map: what fleetgen's records and those of most collectors come to. */
static char *put_map(char *at, uint64_t record, struct sift_span line) {
  char name[NAME_BYTES];
  name_space(record, name);
  at = sift_put_map(at, 3);
  at = sift_put_str(sift_put_str(at, sift_span_of("space")), sift_span_of(name));
  at = sift_put_str(sift_put_str(at, sift_span_of("channel")), sift_span_of("run"));
  return sift_put_text(sift_put_str(at, sift_span_of("log")), line);
}

static char *put_pair(char *at, const char *key, const char *value) {
  return sift_put_str(sift_put_str(at, sift_span_of(key)), sift_span_of(value));
}

/* As Fluent Bit sends a container's line: the Space stands in labels. */
static char *put_kubernetes(char *at, uint64_t record, struct sift_span line) {
  char name[NAME_BYTES];
  name_space(record, name);
  char *slash = strchr(name, '/');
  *slash = '\0';
  at = put_pair(sift_put_map(at, 4), "stream", "stdout");
  at = put_pair(at, "_p", "F");
  at = sift_put_text(sift_put_str(at, sift_span_of("log")), line);
  at = sift_put_map(sift_put_str(at, sift_span_of("kubernetes")), 9);
  at = put_pair(at, "pod_name", "space-7f9c6d5b8d-x2x9k");
  at = put_pair(at, "namespace_name", "spaces");
  at = put_pair(at, "pod_id", "0c7a2d3e-6f0b-4a52-9a5e-3f6f2b1f8a11");
  at = sift_put_map(sift_put_str(at, sift_span_of("labels")), 5);
  at = put_pair(at, "app", "space");
  at = put_pair(at, "channel", "run");
  at = put_pair(at, "pod-template-hash", "7f9c6d5b8d");
  at = put_pair(at, "space-name", slash + 1);
  at = put_pair(at, "space-owner", name);
  at = put_pair(at, "host", "ip-10-108-66-70.ec2.internal");
  at = put_pair(at, "container_name", "app");
  at = put_pair(at, "docker_id", "d1f0c1f3a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7");
  at = put_pair(at, "container_hash",
                "registry.example/spaces/app@sha256:37f70c8e5fbe76e7a89959b272da6ed9c299bb3c3b07846667d196cf6374f15e");
  return put_pair(at, "container_image", "registry.example/spaces/app:latest");
}

static bool put_record(struct sift_pack *out, enum bench_feed_kind kind, uint64_t record, struct sift_span line) {
  char name[NAME_BYTES];
  char head[HEAD_BYTES];
  char *at = sift_pack_reserve(out, line.len + MAP_BYTES);
  if (at == NULL) {
    return false;
  }
  switch (kind) {
  case BENCH_FEED_PACKED:
    at = put_map(put_event_time(sift_put_array(at, 2), record), record, line);
    break;
  case BENCH_FEED_KUBERNETES: /* [[time, metadata], record] */
    at = put_event_time(sift_put_array(sift_put_array(at, 2), 2), record);
    at = put_kubernetes(sift_put_map(at, 0), record, line);
    break;
  case BENCH_FEED_SINGLE:
    at = sift_put_str(sift_put_array(at, 3), sift_span_of("app.logs"));
    at = put_map(put_event_time(at, record), record, line);
    break;
  default:
    name_space(record, name);
    int len =
        snprintf(head, sizeof head, "<14>1 2026-01-31T10:%02u:%02u.%06uZ node-7 spaces 4711 - [space id=\"%s\" channel=\"run\"] ",
                 (unsigned)(record / 60000 % 60), (unsigned)(record / 1000 % 60), (unsigned)(record % 1000 * 1000), name);
    if (kind == BENCH_FEED_COUNTED) {
      at += sprintf(at, "%zu ", (size_t)len + line.len);
    }
    at = sift_put_bytes(sift_put_bytes(at, sift_span(head, (size_t)len)), line);
    at = kind == BENCH_FEED_SYSLOG ? sift_put_byte(at, '\n') : at;
  }
  sift_pack_commit(out, at);
  return true;
}

/* Wraps the entries that were gathered into a message, and empties them. */
static bool put_chunk(struct bench_feed *feed, struct sift_pack *entries, uint32_t records, bool ids) {
  char *at = sift_pack_reserve(&feed->bytes, entries->len + HEAD_BYTES);
  struct bench_chunk *chunks = realloc(feed->chunks, (feed->chunk_count + 1) * sizeof *chunks);
  if (chunks == NULL) {
    return false;
  }
  feed->chunks = chunks;
  if (at == NULL) {
    return false;
  }
  struct bench_chunk *chunk = &chunks[feed->chunk_count++];
  chunk->at = feed->bytes.len;
  at = sift_put_str(sift_put_array(at, 3), sift_span_of("app.logs"));
  at = sift_put_bytes(sift_put_bin_head(at, entries->len), sift_span(entries->bytes, entries->len));
  at = sift_put_map(at, ids ? 2 : 1);
  at = sift_put_unsigned(sift_put_str(at, sift_span_of("size")), records);
  if (ids) {
    at = sift_put_str_head(sift_put_str(at, sift_span_of("chunk")), BENCH_CHUNK_ID_BYTES);
    chunk->id_at = (size_t)(at - feed->bytes.bytes);
    at = sift_put_bytes(at, sift_span("0000000000000000", BENCH_CHUNK_ID_BYTES));
  }
  sift_pack_commit(&feed->bytes, at);
  chunk->len = feed->bytes.len - chunk->at;
  entries->len = 0;
  return true;
}

bool bench_feed_make(struct bench_feed *feed, enum bench_feed_kind kind, struct sift_span text, bool ids) {
  struct sift_pack entries = {0};
  bool packed = kind == BENCH_FEED_PACKED || kind == BENCH_FEED_KUBERNETES;
  struct sift_pack *out = packed ? &entries : &feed->bytes;
  bool good = true;
  *feed = (struct bench_feed){0};
  for (size_t at = 0; at < text.len && good;) {
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    size_t len = newline != NULL ? (size_t)(newline - text.data) - at : text.len - at;
    good = put_record(out, kind, feed->records++, sift_span(text.data + at, len));
    at += len + 1;
    if (good && packed && feed->records % BENCH_CHUNK_RECORDS == 0) {
      good = put_chunk(feed, &entries, BENCH_CHUNK_RECORDS, ids);
    }
  }
  if (packed) {
    feed->records -= feed->records % BENCH_CHUNK_RECORDS; /* whole chunks only */
  }
  sift_pack_release(&entries);
  return good && feed->records > 0;
}

void bench_feed_release(struct bench_feed *feed) {
  sift_pack_release(&feed->bytes);
  free(feed->chunks);
  *feed = (struct bench_feed){0};
}

void bench_feed_number(struct bench_feed *feed, size_t chunk, uint64_t number) {
  char id[BENCH_CHUNK_ID_BYTES + 1];
  snprintf(id, sizeof id, "%016" PRIx64, number);
  memcpy(feed->bytes.bytes + feed->chunks[chunk].id_at, id, BENCH_CHUNK_ID_BYTES);
}
