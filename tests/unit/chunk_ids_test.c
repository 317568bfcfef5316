#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "ingest/serve/chunk_ids.h"

static struct sift_chunk_ids *make(size_t count_max, int64_t age_max_ns) {
  struct sift_chunk_ids *ids = NULL;
  assert_int_equal(sift_chunk_ids_new(&ids, count_max, age_max_ns), SIFT_OK);
  return ids;
}

static struct sift_chunk_key key_of(unsigned number) {
  char id[32];
  int len = snprintf(id, sizeof id, "chunk %u", number);
  return sift_chunk_key(sift_span(id, (size_t)len));
}

static void a_chunk_is_new_then_pending_then_taken(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(0, 0);
  uint64_t seq = 1;
  assert_int_equal(sift_chunk_ids_find(ids, key_of(1), 10, &seq), SIFT_CHUNK_ABSENT);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 10, &seq), SIFT_CHUNK_ABSENT);
  assert_int_equal(seq, 0);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 11, &seq), SIFT_CHUNK_PENDING);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(2), 11, &seq), SIFT_CHUNK_ABSENT);
  sift_chunk_ids_settle(ids, key_of(1), 77);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 12, &seq), SIFT_CHUNK_TAKEN);
  assert_int_equal(seq, 77);
  assert_int_equal(sift_chunk_ids_find(ids, key_of(2), 12, &seq), SIFT_CHUNK_PENDING);
  sift_chunk_ids_settle(ids, key_of(3), 78); /* long gone: nothing happens */
  assert_int_equal(sift_chunk_ids_count(ids), 2);
  sift_chunk_ids_free(ids);
  sift_chunk_ids_free(NULL);
}

static void a_forgotten_chunk_may_come_again(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(0, 0);
  uint64_t seq = 0;
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(sift_chunk_ids_take(ids, key_of(1), i, &seq), SIFT_CHUNK_ABSENT);
    sift_chunk_ids_forget(ids, key_of(1));
    sift_chunk_ids_forget(ids, key_of(2));
  }
  assert_int_equal(sift_chunk_ids_count(ids), 0);
  sift_chunk_ids_free(ids);
}

static void the_newest_stay_within_the_bound(void **state) {
  (void)state;
  enum { BOUND = 1600, ALL = 10000 };
  struct sift_chunk_ids *ids = make(BOUND, 0);
  uint64_t seq = 0;
  for (unsigned i = 0; i < ALL; i++) {
    assert_int_equal(sift_chunk_ids_take(ids, key_of(i), i, &seq), SIFT_CHUNK_ABSENT);
    sift_chunk_ids_settle(ids, key_of(i), i + 1);
    assert_true(sift_chunk_ids_count(ids) <= BOUND);
    if (i % 16 == 0) { /* holes do not take places for ever */
      sift_chunk_ids_forget(ids, key_of(i));
    }
  }
  unsigned known = 0;
  for (unsigned i = 0; i < ALL; i++) {
    bool found = sift_chunk_ids_find(ids, key_of(i), ALL, &seq) == SIFT_CHUNK_TAKEN;
    assert_true(!found || seq == i + 1);
    assert_true(found || i < ALL - BOUND / 2 || i % 16 == 0); /* a sixteenth of the keys may fill up a little earlier */
    known += found;
  }
  assert_int_equal(known, sift_chunk_ids_count(ids));
  assert_true(known > BOUND * 8 / 10);
  sift_chunk_ids_free(ids);
}

static void the_old_are_new_again(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(0, 100);
  uint64_t seq = 0;
  sift_chunk_ids_put(ids, key_of(1), 1000, 5);
  assert_int_equal(sift_chunk_ids_find(ids, key_of(1), 1100, &seq), SIFT_CHUNK_TAKEN);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 900, &seq), SIFT_CHUNK_TAKEN); /* a clock that was set back */
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 1101, &seq), SIFT_CHUNK_ABSENT);
  assert_int_equal(sift_chunk_ids_take(ids, key_of(1), 1201, &seq), SIFT_CHUNK_PENDING);
  /* Whatever comes drops the old of its sixteenth. */
  for (unsigned i = 2; i < 2000; i++) {
    assert_int_equal(sift_chunk_ids_take(ids, key_of(i), 1000 + i, &seq), SIFT_CHUNK_ABSENT);
  }
  assert_true(sift_chunk_ids_count(ids) < 2 * 100 + 16 * 16);
  sift_chunk_ids_free(ids);
}

static void the_smallest_bound_works(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(1, 0);
  uint64_t seq = 0;
  for (unsigned i = 0; i < 100; i++) {
    assert_int_equal(sift_chunk_ids_take(ids, key_of(i), 0, &seq), SIFT_CHUNK_ABSENT);
    assert_int_equal(sift_chunk_ids_take(ids, key_of(i), 0, &seq), SIFT_CHUNK_PENDING);
  }
  assert_true(sift_chunk_ids_count(ids) <= 16);
  sift_chunk_ids_free(ids);
}

static void an_export_depends_on_the_ids_alone(void **state) {
  (void)state;
  enum { COUNT = 500 };
  struct sift_chunk_ids *forth = make(0, 0);
  struct sift_chunk_ids *back = make(4096, 0);
  struct sift_pack a = {0};
  struct sift_pack b = {0};
  uint64_t seq = 0;
  for (unsigned i = 0; i < COUNT; i++) { /* several of one time */
    sift_chunk_ids_put(forth, key_of(i), -5 + (int64_t)i / 4, i + 1);
    unsigned j = COUNT - 1 - i;
    sift_chunk_ids_put(back, key_of(j), -5 + (int64_t)j / 4, j + 1);
  }
  sift_chunk_ids_take(back, key_of(9999), 0, &seq);     /* pending, so in no export */
  sift_chunk_ids_put(back, key_of(9998), 0, COUNT + 1); /* not durable */
  assert_int_equal(sift_chunk_ids_export(forth, COUNT, &a), SIFT_OK);
  assert_int_equal(sift_chunk_ids_export(back, COUNT, &b), SIFT_OK);
  assert_int_equal(a.len, COUNT * SIFT_CHUNK_ID_BYTES);
  assert_int_equal(b.len, a.len);
  assert_memory_equal(a.bytes, b.bytes, a.len);
  struct sift_chunk_ids *again = make(0, 0);
  assert_int_equal(sift_chunk_ids_import(again, sift_span(a.bytes, a.len)), SIFT_OK);
  assert_int_equal(sift_chunk_ids_count(again), COUNT);
  for (unsigned i = 0; i < COUNT; i++) {
    assert_int_equal(sift_chunk_ids_find(again, key_of(i), 0, &seq), SIFT_CHUNK_TAKEN);
    assert_int_equal(seq, i + 1);
  }
  b.len = 0;
  assert_int_equal(sift_chunk_ids_export(again, UINT64_MAX, &b), SIFT_OK);
  assert_memory_equal(a.bytes, b.bytes, a.len);
  sift_chunk_ids_free(forth);
  sift_chunk_ids_free(back);
  sift_chunk_ids_free(again);
  sift_pack_release(&a);
  sift_pack_release(&b);
}

static void what_is_no_export_adds_nothing(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(0, 0);
  struct sift_pack pack = {0};
  for (unsigned i = 0; i < 10; i++) {
    sift_chunk_ids_put(ids, key_of(i), i, i + 1);
  }
  assert_int_equal(sift_chunk_ids_export(ids, 10, &pack), SIFT_OK);
  sift_chunk_ids_free(ids);
  ids = make(0, 0);
  assert_int_equal(sift_chunk_ids_import(ids, sift_span(pack.bytes, pack.len - 1)), SIFT_ECORRUPT);
  pack.bytes[3 * SIFT_CHUNK_ID_BYTES + 24] = 1; /* a time before the one in front of it */
  assert_int_equal(sift_chunk_ids_import(ids, sift_span(pack.bytes, pack.len)), SIFT_ECORRUPT);
  pack.bytes[3 * SIFT_CHUNK_ID_BYTES + 24] = 3;
  pack.bytes[5 * SIFT_CHUNK_ID_BYTES + 16] = 0; /* pending */
  assert_int_equal(sift_chunk_ids_import(ids, sift_span(pack.bytes, pack.len)), SIFT_ECORRUPT);
  assert_int_equal(sift_chunk_ids_count(ids), 0);
  assert_int_equal(sift_chunk_ids_import(ids, sift_span("", 0)), SIFT_OK);
  sift_chunk_ids_free(ids);
  sift_pack_release(&pack);
}

enum { THREADS = 4, CHUNKS = 20000 };

struct taker {
  struct sift_chunk_ids *ids;
  unsigned fresh;
};

static void *take_all(void *context) {
  struct taker *taker = context;
  uint64_t seq = 0;
  for (unsigned i = 0; i < CHUNKS; i++) {
    if (sift_chunk_ids_take(taker->ids, key_of(i), 0, &seq) == SIFT_CHUNK_ABSENT) {
      taker->fresh++;
      sift_chunk_ids_settle(taker->ids, key_of(i), i + 1);
    }
  }
  return NULL;
}

static void of_many_threads_one_takes_a_chunk(void **state) {
  (void)state;
  struct sift_chunk_ids *ids = make(0, 0);
  struct taker takers[THREADS];
  pthread_t threads[THREADS];
  unsigned fresh = 0;
  for (int i = 0; i < THREADS; i++) {
    takers[i] = (struct taker){.ids = ids};
    assert_int_equal(pthread_create(&threads[i], NULL, take_all, &takers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    fresh += takers[i].fresh;
  }
  assert_int_equal(fresh, CHUNKS);
  sift_chunk_ids_free(ids);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chunk_is_new_then_pending_then_taken),
      cmocka_unit_test(a_forgotten_chunk_may_come_again),
      cmocka_unit_test(the_newest_stay_within_the_bound),
      cmocka_unit_test(the_old_are_new_again),
      cmocka_unit_test(the_smallest_bound_works),
      cmocka_unit_test(an_export_depends_on_the_ids_alone),
      cmocka_unit_test(what_is_no_export_adds_nothing),
      cmocka_unit_test(of_many_threads_one_takes_a_chunk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
