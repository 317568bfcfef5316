#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/arena.h"

static void allocations_are_zeroed_and_aligned(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  for (size_t size = 1; size < 5000; size += 37) {
    char *bytes = sift_arena_alloc(&arena, size);
    assert_non_null(bytes);
    assert_int_equal((uintptr_t)bytes % 16, 0);
    for (size_t i = 0; i < size; i++) {
      assert_int_equal(bytes[i], 0);
      bytes[i] = 'x';
    }
  }
  sift_arena_release(&arena);
}

static void reset_reuses_memory_and_zeroes_it_again(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  memset(sift_arena_alloc(&arena, 100), 'x', 100);
  size_t held = sift_arena_bytes(&arena);
  for (int i = 0; i < 1000; i++) {
    sift_arena_reset(&arena);
    char *bytes = sift_arena_alloc(&arena, 100);
    assert_int_equal(bytes[99], 0);
    bytes[99] = 'x';
  }
  assert_int_equal(sift_arena_bytes(&arena), held);
  sift_arena_release(&arena);
}

static void a_huge_size_is_refused(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  assert_null(sift_arena_alloc(&arena, SIZE_MAX - 3));
  assert_non_null(sift_arena_alloc(&arena, 1 << 20));
  sift_arena_release(&arena);
}

static void a_copy_ends_in_nul(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  assert_string_equal(sift_arena_copy(&arena, sift_span("abcdef", 3)), "abc");
  assert_string_equal(sift_arena_copy(&arena, sift_span_of(NULL)), "");
  sift_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(allocations_are_zeroed_and_aligned),
      cmocka_unit_test(reset_reuses_memory_and_zeroes_it_again),
      cmocka_unit_test(a_huge_size_is_refused),
      cmocka_unit_test(a_copy_ends_in_nul),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
