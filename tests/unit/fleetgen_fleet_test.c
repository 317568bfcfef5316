#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tools/fleetgen/fleet.h"

static void plan(struct sift_gen_fleet *fleet, uint64_t spaces, uint64_t seed) {
  char error[200];
  struct sift_gen_fleet_config config = {.spaces = spaces, .seed = seed, .bytes = spaces * 50000, .faults = 0.35, .incident = true};
  assert_int_equal(sift_gen_fleet_init(fleet, &config, error, sizeof(error)), SIFT_OK);
}

static const struct sift_gen_case *last_case(const struct sift_gen_profile *profile) {
  return profile->attempts[profile->attempt_count - 1];
}

static void every_verdict_comes_in_a_fleet_of_the_usual_size(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 6; seed++) {
    struct sift_gen_fleet fleet;
    plan(&fleet, 200, seed);
    size_t count;
    const struct sift_gen_case *cases = sift_gen_cases(&count);
    for (size_t i = 0; i < count; i++) {
      bool found = false;
      for (uint64_t index = 0; index < 200 && !found; index++) {
        struct sift_gen_profile profile;
        sift_gen_fleet_profile(&fleet, index, &profile);
        found = strcmp(last_case(&profile)->verdict, cases[i].verdict) == 0;
      }
      if (!found) {
        fail_msg("no Space of seed %u has the verdict %s", (unsigned)seed, cases[i].verdict);
      }
    }
    sift_gen_fleet_release(&fleet);
  }
}

static void the_shares_are_exact(void **state) {
  (void)state;
  const struct {
    uint64_t spaces, faults, incident;
  } expected[] = {{1, 0, 0}, {10, 4, 0}, {49, 17, 0}, {50, 18, 8}, {1000, 350, 60}, {4321, 1512, 259}};
  for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
    struct sift_gen_fleet fleet;
    plan(&fleet, expected[i].spaces, 3);
    uint64_t faults = 0;
    uint64_t incident = 0;
    for (uint64_t index = 0; index < expected[i].spaces; index++) {
      struct sift_gen_profile profile;
      sift_gen_fleet_profile(&fleet, index, &profile);
      incident += profile.incident;
      const char *verdict = last_case(&profile)->verdict;
      faults += strcmp(verdict, "healthy") != 0 && strcmp(verdict, "no_fault_seen") != 0;
    }
    assert_int_equal(faults, expected[i].faults);
    assert_int_equal(incident, expected[i].incident);
    sift_gen_fleet_release(&fleet);
  }
}

static void the_incident_is_narrow_and_others_of_its_kind_are_far_from_it(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 3000, 5);
  assert_int_equal(fleet.incident_end_ns - fleet.incident_start_ns, INT64_C(40) * 60 * 1000000000);
  unsigned alone = 0;
  for (uint64_t index = 0; index < 3000; index++) {
    struct sift_gen_profile profile;
    sift_gen_fleet_profile(&fleet, index, &profile);
    int64_t start_ns = profile.start_ns[profile.attempt_count - 1];
    bool within = start_ns >= fleet.incident_start_ns && start_ns < fleet.incident_end_ns;
    if (profile.incident) {
      assert_true(within);
    } else if (last_case(&profile)->shape == SIFT_GEN_SHAPE_PUSH) {
      assert_true(start_ns < fleet.incident_start_ns - INT64_C(3600000000000) ||
                  start_ns > fleet.incident_end_ns + INT64_C(3600000000000));
      alone++;
    }
  }
  assert_true(alone > 0);
  sift_gen_fleet_release(&fleet);
}

static void attempts_follow_one_another_within_the_days(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 2000, 9);
  unsigned several = 0;
  for (uint64_t index = 0; index < 2000; index++) {
    struct sift_gen_profile profile;
    sift_gen_fleet_profile(&fleet, index, &profile);
    assert_true(profile.attempt_count >= 1 && profile.attempt_count <= SIFT_GEN_ATTEMPTS_MAX);
    assert_true(profile.start_ns[0] >= fleet.start_ns);
    for (unsigned i = 0; i < profile.attempt_count; i++) {
      assert_true(profile.start_ns[i] < profile.start_ns[i + 1]);
    }
    assert_true(profile.start_ns[profile.attempt_count] <= fleet.end_ns);
    several += profile.attempt_count > 1;
    /* an older attempt never has the verdict that the newest is to show */
    for (unsigned i = 0; i + 1 < profile.attempt_count; i++) {
      const char *verdict = profile.attempts[i]->verdict;
      assert_true(strcmp(verdict, "healthy") == 0 || strcmp(verdict, last_case(&profile)->verdict) != 0);
    }
  }
  assert_true(several > 200);
  sift_gen_fleet_release(&fleet);
}

static int name_compare(const void *a, const void *b) {
  return strcmp(a, b);
}

static void no_two_spaces_share_a_name(void **state) {
  (void)state;
  enum { SPACES = 150000, LEN = 2 * SIFT_GEN_NAME_MAX };
  struct sift_gen_fleet fleet;
  plan(&fleet, SPACES, 4);
  char(*names)[LEN] = calloc(SPACES, LEN);
  assert_non_null(names);
  for (uint64_t i = 0; i < SPACES; i++) {
    char owner[SIFT_GEN_NAME_MAX];
    char name[SIFT_GEN_NAME_MAX];
    sift_gen_fleet_name(&fleet, i, owner, name);
    strcpy(names[i], owner);
    strcat(names[i], "/");
    strcat(names[i], name);
  }
  qsort(names, SPACES, LEN, name_compare);
  for (size_t i = 1; i < SPACES; i++) {
    assert_string_not_equal(names[i - 1], names[i]);
  }
  free(names);
  sift_gen_fleet_release(&fleet);
}

static void a_profile_depends_on_seed_and_number_alone(void **state) {
  (void)state;
  struct sift_gen_fleet one;
  struct sift_gen_fleet two;
  plan(&one, 300, 12);
  plan(&two, 300, 12);
  for (uint64_t i = 300; i > 0; i--) {
    struct sift_gen_profile a;
    struct sift_gen_profile b;
    sift_gen_fleet_profile(&one, i - 1, &a);
    sift_gen_fleet_profile(&two, i - 1, &b);
    assert_ptr_equal(last_case(&a), last_case(&b));
    assert_ptr_equal(a.app, b.app);
    assert_memory_equal(a.start_ns, b.start_ns, sizeof(a.start_ns));
  }
  sift_gen_fleet_release(&one);
  sift_gen_fleet_release(&two);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_verdict_comes_in_a_fleet_of_the_usual_size),
      cmocka_unit_test(the_shares_are_exact),
      cmocka_unit_test(the_incident_is_narrow_and_others_of_its_kind_are_far_from_it),
      cmocka_unit_test(attempts_follow_one_another_within_the_days),
      cmocka_unit_test(no_two_spaces_share_a_name),
      cmocka_unit_test(a_profile_depends_on_seed_and_number_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
