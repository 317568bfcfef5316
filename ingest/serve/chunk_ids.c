#include "ingest/serve/chunk_ids.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SHARDS = 16 };

/* A remembered id. Those of a shard stand in a ring in the order they came; those of a bucket are linked. */
struct slot {
  struct sift_chunk_key key;
  uint64_t seq; /* 0: pending */
  int64_t time_ns;
  uint32_t next; /* position + 1 in the ring, 0: the last of its bucket */
  bool gone;     /* forgotten or expired; its place is free once it is the oldest */
};

struct shard {
  pthread_mutex_t mutex;
  struct slot *ring;
  uint32_t *buckets; /* position + 1, 0: empty */
  uint32_t oldest, count, live;
};

struct sift_chunk_ids {
  int64_t age_max_ns;
  uint32_t capacity, bucket_mask; /* of a shard */
  struct shard shards[SHARDS];
};

struct sift_chunk_key sift_chunk_key(struct sift_span id) {
  XXH128_hash_t hash = XXH3_128bits(id.data, id.len);
  return (struct sift_chunk_key){hash.low64, hash.high64};
}

enum sift_status sift_chunk_ids_new(struct sift_chunk_ids **out, size_t count_max, int64_t age_max_ns) {
  *out = NULL;
  struct sift_chunk_ids *ids = calloc(1, sizeof *ids);
  if (ids == NULL) {
    return SIFT_ENOMEM;
  }
  count_max = count_max == 0 ? SIFT_CHUNK_IDS_MAX : count_max;
  size_t capacity = (count_max + SHARDS - 1) / SHARDS;
  ids->age_max_ns = age_max_ns > 0 ? age_max_ns : INT64_MAX;
  ids->capacity = capacity < (1U << 30) ? (uint32_t)capacity : 1U << 30;
  while (ids->bucket_mask < ids->capacity) {
    ids->bucket_mask = ids->bucket_mask * 2 + 1;
  }
  bool fine = true;
  for (int i = 0; i < SHARDS; i++) {
    struct shard *shard = &ids->shards[i];
    pthread_mutex_init(&shard->mutex, NULL);
    shard->ring = calloc(ids->capacity, sizeof *shard->ring);
    shard->buckets = calloc((size_t)ids->bucket_mask + 1, sizeof *shard->buckets);
    fine = fine && shard->ring != NULL && shard->buckets != NULL;
  }
  if (!fine) {
    sift_chunk_ids_free(ids);
    return SIFT_ENOMEM;
  }
  *out = ids;
  return SIFT_OK;
}

void sift_chunk_ids_free(struct sift_chunk_ids *ids) {
  if (ids == NULL) {
    return;
  }
  for (int i = 0; i < SHARDS; i++) {
    pthread_mutex_destroy(&ids->shards[i].mutex);
    free(ids->shards[i].ring);
    free(ids->shards[i].buckets);
  }
  free(ids);
}

/* --- one shard, under its mutex ---------------------------------------------------------------------------------------- */

static struct shard *lock_shard(struct sift_chunk_ids *ids, struct sift_chunk_key key) {
  struct shard *shard = &ids->shards[key.high % SHARDS];
  pthread_mutex_lock(&shard->mutex);
  return shard;
}

static void unlock(struct shard *shard) {
  pthread_mutex_unlock(&shard->mutex);
}

/* Where the position of the key's slot stands, or the 0 at its bucket's end. */
static uint32_t *link_of(const struct sift_chunk_ids *ids, struct shard *shard, struct sift_chunk_key key) {
  uint32_t *link = &shard->buckets[key.low & ids->bucket_mask];
  while (*link != 0 && (shard->ring[*link - 1].key.low != key.low || shard->ring[*link - 1].key.high != key.high)) {
    link = &shard->ring[*link - 1].next;
  }
  return link;
}

static void remove_slot(struct shard *shard, uint32_t *link) {
  struct slot *slot = &shard->ring[*link - 1];
  *link = slot->next;
  slot->gone = true;
  shard->live--;
}

static bool expired(const struct sift_chunk_ids *ids, const struct slot *slot, int64_t now_ns) {
  int64_t age_ns = 0;
  return !__builtin_sub_overflow(now_ns, slot->time_ns, &age_ns) && age_ns > ids->age_max_ns;
}

static struct slot *find(const struct sift_chunk_ids *ids, struct shard *shard, struct sift_chunk_key key, int64_t now_ns) {
  uint32_t *link = link_of(ids, shard, key);
  if (*link == 0) {
    return NULL;
  }
  struct slot *slot = &shard->ring[*link - 1];
  if (!expired(ids, slot, now_ns)) {
    return slot;
  }
  remove_slot(shard, link);
  return NULL;
}

static void make_room(const struct sift_chunk_ids *ids, struct shard *shard, int64_t now_ns) {
  while (shard->count > 0) {
    struct slot *slot = &shard->ring[shard->oldest];
    if (!slot->gone && shard->count < ids->capacity && !expired(ids, slot, now_ns)) {
      return;
    }
    if (!slot->gone) {
      remove_slot(shard, link_of(ids, shard, slot->key));
    }
    shard->oldest = (shard->oldest + 1) % ids->capacity;
    shard->count--;
  }
}

static void insert(const struct sift_chunk_ids *ids, struct shard *shard, struct sift_chunk_key key, int64_t now_ns, uint64_t seq) {
  make_room(ids, shard, now_ns);
  uint32_t at = (uint32_t)(((uint64_t)shard->oldest + shard->count) % ids->capacity);
  uint32_t *bucket = &shard->buckets[key.low & ids->bucket_mask];
  shard->ring[at] = (struct slot){.key = key, .seq = seq, .time_ns = now_ns, .next = *bucket};
  *bucket = at + 1;
  shard->count++;
  shard->live++;
}

static enum sift_chunk_state state_of(const struct slot *slot, uint64_t *seq) {
  *seq = slot != NULL ? slot->seq : 0;
  return slot == NULL ? SIFT_CHUNK_ABSENT : slot->seq == 0 ? SIFT_CHUNK_PENDING : SIFT_CHUNK_TAKEN;
}

/* --- any thread -------------------------------------------------------------------------------------------------------- */

enum sift_chunk_state sift_chunk_ids_take(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t now_ns, uint64_t *seq) {
  struct shard *shard = lock_shard(ids, key);
  enum sift_chunk_state state = state_of(find(ids, shard, key, now_ns), seq);
  if (state == SIFT_CHUNK_ABSENT) {
    insert(ids, shard, key, now_ns, 0);
  }
  unlock(shard);
  return state;
}

enum sift_chunk_state sift_chunk_ids_find(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t now_ns, uint64_t *seq) {
  struct shard *shard = lock_shard(ids, key);
  enum sift_chunk_state state = state_of(find(ids, shard, key, now_ns), seq);
  unlock(shard);
  return state;
}

void sift_chunk_ids_settle(struct sift_chunk_ids *ids, struct sift_chunk_key key, uint64_t seq) {
  assert(seq > 0);
  struct shard *shard = lock_shard(ids, key);
  uint32_t at = *link_of(ids, shard, key);
  if (at != 0) {
    shard->ring[at - 1].seq = seq;
  }
  unlock(shard);
}

void sift_chunk_ids_forget(struct sift_chunk_ids *ids, struct sift_chunk_key key) {
  struct shard *shard = lock_shard(ids, key);
  uint32_t *link = link_of(ids, shard, key);
  if (*link != 0) {
    remove_slot(shard, link);
  }
  unlock(shard);
}

void sift_chunk_ids_put(struct sift_chunk_ids *ids, struct sift_chunk_key key, int64_t time_ns, uint64_t seq) {
  assert(seq > 0);
  struct shard *shard = lock_shard(ids, key);
  struct slot *slot = find(ids, shard, key, time_ns);
  if (slot != NULL) {
    slot->seq = seq;
  } else {
    insert(ids, shard, key, time_ns, seq);
  }
  unlock(shard);
}

size_t sift_chunk_ids_count(struct sift_chunk_ids *ids) {
  size_t count = 0;
  for (int i = 0; i < SHARDS; i++) {
    pthread_mutex_lock(&ids->shards[i].mutex);
    count += ids->shards[i].live;
    pthread_mutex_unlock(&ids->shards[i].mutex);
  }
  return count;
}

/* --- as bytes: key, seq and time, each little-endian ------------------------------------------------------------------- */

static char *put_little(char *at, uint64_t value) {
  return sift_put_big(at, __builtin_bswap64(value), 8);
}

static uint64_t take_little(const char *at) {
  uint64_t value = 0;
  for (unsigned i = 0; i < 8; i++) {
    value |= (uint64_t)(unsigned char)at[i] << (8 * i);
  }
  return value;
}

static int compare(const void *left, const void *right) {
  const struct slot *a = left;
  const struct slot *b = right;
  if (a->time_ns != b->time_ns) {
    return a->time_ns < b->time_ns ? -1 : 1;
  }
  if (a->key.high != b->key.high) {
    return a->key.high < b->key.high ? -1 : 1;
  }
  return (a->key.low > b->key.low) - (a->key.low < b->key.low);
}

static size_t copy_shard(const struct sift_chunk_ids *ids, struct shard *shard, uint64_t seq_max, struct slot *out) {
  size_t count = 0;
  pthread_mutex_lock(&shard->mutex);
  for (uint32_t i = 0; i < shard->count; i++) {
    const struct slot *slot = &shard->ring[((uint64_t)shard->oldest + i) % ids->capacity];
    if (!slot->gone && slot->seq > 0 && slot->seq <= seq_max) {
      out[count++] = *slot;
    }
  }
  pthread_mutex_unlock(&shard->mutex);
  return count;
}

enum sift_status sift_chunk_ids_export(struct sift_chunk_ids *ids, uint64_t seq_max, struct sift_pack *out) {
  struct slot *slots = malloc((size_t)ids->capacity * SHARDS * sizeof *slots);
  size_t count = 0;
  if (slots == NULL) {
    return SIFT_ENOMEM;
  }
  for (int i = 0; i < SHARDS; i++) {
    count += copy_shard(ids, &ids->shards[i], seq_max, slots + count);
  }
  qsort(slots, count, sizeof *slots, compare);
  char *at = sift_pack_reserve(out, (count + 1) * SIFT_CHUNK_ID_BYTES); /* some, even where there are no ids */
  for (size_t i = 0; at != NULL && i < count; i++) {
    at = put_little(put_little(at, slots[i].key.low), slots[i].key.high);
    at = put_little(put_little(at, slots[i].seq), (uint64_t)slots[i].time_ns);
  }
  free(slots);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(out, at);
  return SIFT_OK;
}

static struct slot take_slot(const char *at) {
  return (struct slot){
      .key = {take_little(at), take_little(at + 8)}, .seq = take_little(at + 16), .time_ns = (int64_t)take_little(at + 24)};
}

static bool is_export(struct sift_span bytes) {
  if (bytes.len % SIFT_CHUNK_ID_BYTES != 0) {
    return false;
  }
  struct slot last = {0};
  for (size_t at = 0; at < bytes.len; at += SIFT_CHUNK_ID_BYTES) {
    struct slot slot = take_slot(bytes.data + at);
    if (slot.seq == 0 || (at > 0 && compare(&last, &slot) >= 0)) {
      return false;
    }
    last = slot;
  }
  return true;
}

enum sift_status sift_chunk_ids_import(struct sift_chunk_ids *ids, struct sift_span bytes) {
  if (!is_export(bytes)) {
    return SIFT_ECORRUPT;
  }
  for (size_t at = 0; at < bytes.len; at += SIFT_CHUNK_ID_BYTES) {
    struct slot slot = take_slot(bytes.data + at);
    sift_chunk_ids_put(ids, slot.key, slot.time_ns, slot.seq);
  }
  return SIFT_OK;
}
