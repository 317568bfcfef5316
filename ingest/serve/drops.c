#include "ingest/serve/drops.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "engine/stream.h"

enum { SLOTS = 32768 }; /* a power of two, at most a third full */

struct drop {
  uint64_t records;
  uint16_t len; /* 0: a free slot */
  char name[SIFT_SPACE_NAME_MAX];
};

struct sift_drops {
  pthread_mutex_t lock;
  uint32_t count;
  uint64_t others;
  struct drop *slots[SLOTS];
};

enum sift_status sift_drops_new(struct sift_drops **out) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) {
    return SIFT_ENOMEM;
  }
  pthread_mutex_init(&(*out)->lock, NULL);
  return SIFT_OK;
}

void sift_drops_free(struct sift_drops *drops) {
  if (drops == NULL) {
    return;
  }
  for (size_t i = 0; i < SLOTS; i++) {
    free(drops->slots[i]);
  }
  pthread_mutex_destroy(&drops->lock);
  free(drops);
}

static struct drop **slot_of(struct sift_drops *drops, struct sift_span space) {
  size_t at = (size_t)sift_space_hash(space) % SLOTS;
  while (drops->slots[at] != NULL && !sift_span_equal(space, sift_span(drops->slots[at]->name, drops->slots[at]->len))) {
    at = (at + 1) % SLOTS;
  }
  return &drops->slots[at];
}

static struct drop *add(struct sift_drops *drops, struct sift_span space) {
  struct drop *drop = drops->count < SIFT_DROPS_SPACES_MAX ? calloc(1, sizeof *drop) : NULL;
  if (drop != NULL) {
    memcpy(drop->name, space.data, space.len);
    drop->len = (uint16_t)space.len;
    drops->count++;
  }
  return drop;
}

void sift_drops_count(struct sift_drops *drops, struct sift_span space, uint64_t records) {
  bool named = sift_space_name_valid(space);
  pthread_mutex_lock(&drops->lock);
  struct drop **slot = named ? slot_of(drops, space) : NULL;
  if (slot != NULL && *slot == NULL) {
    *slot = add(drops, space);
  }
  uint64_t *counter = slot != NULL && *slot != NULL ? &(*slot)->records : &drops->others;
  *counter += records;
  pthread_mutex_unlock(&drops->lock);
}

static int by_name(const void *a, const void *b) {
  const struct drop *x = *(const struct drop *const *)a;
  const struct drop *y = *(const struct drop *const *)b;
  int order = memcmp(x->name, y->name, x->len < y->len ? x->len : y->len);
  return order != 0 ? order : x->len - y->len;
}

static void write_one(struct sift_json *json, struct sift_span space, uint64_t records) {
  sift_json_open(json, '{');
  sift_json_key(json, "space");
  sift_json_string(json, space);
  sift_json_key(json, "records");
  sift_json_unsigned(json, records);
  sift_json_close(json, '}');
}

void sift_drops_write(struct sift_drops *drops, struct sift_json *json) {
  pthread_mutex_lock(&drops->lock);
  const struct drop **sorted = calloc(drops->count + 1, sizeof(const struct drop *));
  size_t count = 0;
  for (size_t i = 0; i < SLOTS && sorted != NULL; i++) {
    if (drops->slots[i] != NULL) {
      sorted[count++] = drops->slots[i];
    }
  }
  json->failed = json->failed || sorted == NULL;
  sift_json_open(json, '[');
  if (count > 0) {
    qsort((void *)sorted, count, sizeof(const struct drop *), by_name);
  }
  for (size_t i = 0; i < count; i++) {
    write_one(json, sift_span(sorted[i]->name, sorted[i]->len), sorted[i]->records);
  }
  if (drops->others > 0) {
    write_one(json, sift_span_of("~overflow"), drops->others);
  }
  sift_json_close(json, ']');
  pthread_mutex_unlock(&drops->lock);
  free((void *)sorted);
}
