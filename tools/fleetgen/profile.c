/* How one Space fares: drawn from the fleet's seed and the Space's number alone, so that any thread can ask. */
#include <assert.h>
#include <string.h>

#include "tools/fleetgen/fleet.h"

static const int64_t minute_ns = INT64_C(60) * 1000000000;

/* True for `count` of `spaces` numbers, spread evenly; `*ordinal` is how many came before. */
static bool chosen(uint64_t index, uint64_t count, uint64_t spaces, uint64_t *ordinal) {
  uint64_t before = (uint64_t)((double)index * (double)count / (double)spaces);
  uint64_t after = (uint64_t)((double)(index + 1) * (double)count / (double)spaces);
  *ordinal = before;
  return index + 1 == spaces ? before < count : after > before;
}

static const struct sift_gen_app *app_choose(struct sift_rng *rng, unsigned families) {
  size_t count;
  const struct sift_gen_app *apps = sift_gen_apps(&count);
  uint32_t at = sift_rng_below(rng, (uint32_t)count);
  size_t i = 0;
  while (i < count && (families & (1u << apps[(at + i) % count].family)) == 0) {
    i++;
  }
  assert(i < count); /* every family has an app */
  return &apps[(at + i) % count];
}

/* An earlier attempt: it ran, or it failed in another way than the last one. */
static const struct sift_gen_case *earlier_choose(struct sift_rng *rng, const struct sift_gen_profile *profile,
                                                  const struct sift_gen_case *last) {
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  uint32_t at = sift_rng_below(rng, (uint32_t)count);
  if (last->shape == SIFT_GEN_SHAPE_HUB || sift_rng_chance(rng, 45)) {
    return &sift_gen_case_healthy;
  }
  for (size_t i = 0; i < count; i++) {
    const struct sift_gen_case *other = &cases[(at + i) % count];
    bool fails_alone = other->shape == SIFT_GEN_SHAPE_BUILD || other->shape == SIFT_GEN_SHAPE_START;
    if (fails_alone && (other->families & (1u << profile->app->family)) != 0 && other->fault != NULL &&
        strcmp(other->verdict, last->verdict) != 0) {
      return other;
    }
  }
  return &sift_gen_case_healthy;
}

static unsigned attempts_choose(struct sift_rng *rng, enum sift_gen_shape shape) {
  if (shape == SIFT_GEN_SHAPE_ALONE || shape == SIFT_GEN_SHAPE_QUIET) {
    return 1;
  }
  uint32_t draw = sift_rng_below(rng, 100);
  if (shape == SIFT_GEN_SHAPE_HUB) {
    return draw < 50 ? 2 : 1;
  }
  return draw < 8 ? 3 : draw < 30 ? 2 : 1;
}

static const struct sift_gen_case *last_choose(const struct sift_gen_fleet *fleet, uint64_t index, struct sift_rng *rng,
                                               bool *incident) {
  uint64_t ordinal;
  uint64_t spaces = fleet->config.spaces;
  if (!chosen(index, fleet->fault_spaces, spaces, &ordinal)) {
    return sift_rng_chance(rng, 7) ? &sift_gen_case_quiet : &sift_gen_case_healthy;
  }
  uint64_t struck;
  *incident = chosen(ordinal, fleet->incident_spaces, fleet->fault_spaces, &struck);
  if (*incident) {
    return &sift_gen_case_incident;
  }
  size_t count;
  const struct sift_gen_case *cases = sift_gen_cases(&count);
  return &cases[fleet->case_order[(ordinal - struck) % fleet->case_order_count]];
}

/* A Space that fails as the incident's Spaces do must not be taken for one of them. */
static int64_t clear_of_incident(const struct sift_gen_fleet *fleet, int64_t start_ns) {
  int64_t margin = 360 * minute_ns;
  if (start_ns < fleet->incident_start_ns - margin || start_ns > fleet->incident_end_ns + margin) {
    return start_ns;
  }
  return fleet->incident_end_ns + margin + (start_ns - fleet->incident_start_ns + margin) / 8;
}

static void times_choose(const struct sift_gen_fleet *fleet, struct sift_rng *rng, struct sift_gen_profile *profile) {
  unsigned last = profile->attempt_count - 1;
  int64_t span = fleet->end_ns - fleet->start_ns;
  if (profile->incident) {
    profile->start_ns[last] = sift_rng_range(rng, fleet->incident_start_ns, fleet->incident_end_ns - 6 * minute_ns);
  } else {
    int64_t low = last > 0 ? span / 100 * 30 : span / 100;
    profile->start_ns[last] = fleet->start_ns + sift_rng_range(rng, low, span / 100 * 60);
    if (fleet->incident_spaces > 0 && profile->attempts[last]->shape == SIFT_GEN_SHAPE_PUSH) {
      profile->start_ns[last] = clear_of_incident(fleet, profile->start_ns[last]);
    }
  }
  for (unsigned i = last; i > 0; i--) {
    profile->start_ns[i - 1] = profile->start_ns[i] - sift_rng_range(rng, 20 * minute_ns, 720 * minute_ns);
  }
  profile->start_ns[last + 1] = fleet->end_ns - sift_rng_range(rng, 0, span / 20);
}

/* Few Spaces talk much, most little: 1 / (0.02 + u), scaled down for attempts that did not last. */
static void weights_choose(struct sift_rng *rng, struct sift_gen_profile *profile) {
  double weight = 1.0 / (0.02 + sift_rng_unit(rng));
  for (unsigned i = 0; i < profile->attempt_count; i++) {
    bool serves = sift_gen_shape_serves(profile->attempts[i]->shape);
    profile->chat_weight[i] = !serves ? 0.0 : i + 1 == profile->attempt_count ? weight : weight / 8;
  }
}

void sift_gen_fleet_profile(const struct sift_gen_fleet *fleet, uint64_t index, struct sift_gen_profile *out) {
  assert(index < fleet->config.spaces);
  *out = (struct sift_gen_profile){.index = index, .seed = sift_rng_mix(fleet->config.seed, index)};
  struct sift_rng rng;
  sift_rng_init(&rng, sift_rng_mix(out->seed, 'p'));
  const struct sift_gen_case *last = last_choose(fleet, index, &rng, &out->incident);
  out->app = last->shape == SIFT_GEN_SHAPE_QUIET ? &sift_gen_app_quiet[sift_rng_below(&rng, 2)] : app_choose(&rng, last->families);
  out->attempt_count = attempts_choose(&rng, last->shape);
  for (unsigned i = 0; i + 1 < out->attempt_count; i++) {
    out->attempts[i] = earlier_choose(&rng, out, last);
  }
  out->attempts[out->attempt_count - 1] = last;
  out->decoy = sift_rng_chance(&rng, 12);
  times_choose(fleet, &rng, out);
  weights_choose(&rng, out);
}
