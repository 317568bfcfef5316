/* How each pattern is woken: by texts that it cannot match without, where such can be proved and are rare enough, else by a
 * Hyperscan database of whole patterns. The sampler looks for the texts, and for the few that are not fit for it Hyperscan's
 * literal matcher, which is a good deal cheaper than patterns. */
#include "engine/wake.h"

#include <stdlib.h>

#include "engine/atoms.h"
#include "engine/database_internal.h"

/* A set of texts that stands oftener than once in so many bytes of typical text would wake lines in vain. */
enum { RARE_TEXT_BYTES = 12288 };

/* A text whose grams stand oftener than that would be checked in vain by the sampler: Hyperscan looks at it whole. */
enum { RARE_GRAM_BYTES = 512 };

/* Costs: of a line woken in vain, of a place checked in vain, of a text for Hyperscan, which must look at each byte for them,
 * and of being short where the specimen tells nothing. */
enum { COST_TEXT = 1024, COST_PLACE = 32, COST_LITERAL = 8192, COST_SHORT = 512 };

/* Its text in lower case, as atoms are, and what the sampler would see of it. */
struct sift_specimen {
  char *text;
  size_t len;
  struct sift_census *census;
};

enum sift_status sift_specimen_new(struct sift_specimen **out, struct sift_span typical) {
  *out = NULL;
  struct sift_specimen *specimen = calloc(1, sizeof *specimen);
  if (specimen == NULL) {
    return SIFT_ENOMEM;
  }
  specimen->text = malloc(typical.len + 1);
  specimen->len = typical.len;
  specimen->census = sift_census_new(typical);
  if (specimen->text == NULL || specimen->census == NULL) {
    sift_specimen_free(specimen);
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < typical.len; i++) {
    char c = typical.data[i];
    specimen->text[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  *out = specimen;
  return SIFT_OK;
}

void sift_specimen_free(struct sift_specimen *specimen) {
  if (specimen != NULL) {
    free(specimen->text);
    sift_census_free(specimen->census);
    free(specimen);
  }
}

static uint64_t count_in(const struct sift_specimen *specimen, struct sift_span atom) {
  uint64_t count = 0;
  const char *end = specimen->text + specimen->len;
  for (const char *at = specimen->text; (at = memmem(at, (size_t)(end - at), atom.data, atom.len)) != NULL; at += atom.len) {
    count++;
  }
  return count;
}

/* Where the sampler looks into a text, or SIFT_WINDOW_NONE where it had better not. */
static uint16_t window_of(const struct sift_specimen *specimen, struct sift_span atom, uint64_t *places) {
  uint16_t window = SIFT_WINDOW_NONE;
  *places = 0;
  if (atom.len >= SIFT_SAMPLER_SHORT) {
    *places = sift_census_places(specimen->census, atom, &window);
  }
  return *places * RARE_GRAM_BYTES <= specimen->len ? window : SIFT_WINDOW_NONE;
}

static uint64_t cost(void *context, struct sift_span atom) {
  struct sift_specimen *specimen = context;
  uint64_t places = 0;
  bool sampled = window_of(specimen, atom, &places) != SIFT_WINDOW_NONE;
  return 1 + COST_TEXT * count_in(specimen, atom) + (sampled ? COST_PLACE * places : COST_LITERAL) + COST_SHORT / atom.len;
}

/* The cost of a set, or UINT64_MAX where it is too common to be of use. */
static uint64_t set_cost(struct sift_specimen *specimen, struct sift_texts atoms) {
  uint64_t texts = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < atoms.count; i++) {
    texts += count_in(specimen, atoms.items[i]);
    sum += cost(specimen, atoms.items[i]);
  }
  return atoms.count > 0 && texts * RARE_TEXT_BYTES <= specimen->len ? sum : UINT64_MAX;
}

/* FilteredRE2 finds other texts where it may stop at shorter ones, so each length is tried until one is good enough. */
static enum sift_status prove_best(struct sift_waking *out, struct sift_arena *arena, const char *pattern,
                                   struct sift_specimen *specimen) {
  static const uint32_t len_mins[] = {SIFT_SAMPLER_LONG, SIFT_SAMPLER_SHORT, SIFT_ATOM_BYTES_MIN + 1, SIFT_ATOM_BYTES_MIN};
  uint64_t best = UINT64_MAX;
  for (size_t i = 0; i < sizeof len_mins / sizeof len_mins[0]; i++) {
    struct sift_texts atoms;
    if (best < COST_LITERAL && len_mins[i] < SIFT_SAMPLER_SHORT) {
      break; /* the sampler finds all of them already */
    }
    enum sift_status status = sift_atoms_prove(&atoms, arena, pattern, len_mins[i], cost, specimen);
    if (status != SIFT_OK) {
      return status;
    }
    uint64_t own = set_cost(specimen, atoms);
    if (own < best) {
      best = own;
      out->atoms = atoms;
    }
    out->common = best == UINT64_MAX && (out->common || atoms.count > 0);
  }
  return SIFT_OK;
}

enum sift_status sift_waking_choose(struct sift_waking *out, struct sift_arena *arena, const char *pattern,
                                    struct sift_specimen *specimen) {
  *out = (struct sift_waking){.common = false};
  enum sift_status status = prove_best(out, arena, pattern, specimen);
  uint16_t *windows = status == SIFT_OK ? sift_arena_alloc(arena, (out->atoms.count + 1) * sizeof *windows) : NULL;
  if (windows == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < out->atoms.count; i++) {
    uint64_t places = 0;
    windows[i] = window_of(specimen, out->atoms.items[i], &places);
  }
  out->windows = windows;
  return SIFT_OK;
}

enum sift_status sift_database_prove(struct sift_database *database, struct sift_span typical) {
  struct sift_specimen *specimen = NULL;
  enum sift_status status = sift_specimen_new(&specimen, typical);
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    if (compiled->faulty || compiled->role != SIFT_ROLE_ANY) {
      continue;
    }
    struct sift_waking waking;
    status = sift_waking_choose(&waking, &database->arena, compiled->pattern->text, specimen);
    compiled->atoms = waking.atoms;
    compiled->windows = waking.windows;
  }
  sift_specimen_free(specimen);
  return status;
}

static int by_bytes(const void *a, const void *b) {
  const struct sift_span *x = &((const struct sift_sampled *)a)->text;
  const struct sift_span *y = &((const struct sift_sampled *)b)->text;
  size_t len = x->len < y->len ? x->len : y->len;
  int order = memcmp(x->data, y->data, len);
  return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static size_t count_atoms(const struct sift_database *database) {
  size_t count = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    count += database->patterns[i].atoms.count;
  }
  return count;
}

/* The atoms that the sampler finds, or those that it does not, each once. */
static size_t gather(const struct sift_database *database, bool sampled, struct sift_sampled *texts) {
  size_t count = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    const struct sift_compiled *compiled = &database->patterns[i];
    for (size_t k = 0; k < compiled->atoms.count; k++) {
      if ((compiled->windows[k] != SIFT_WINDOW_NONE) == sampled) {
        texts[count++] = (struct sift_sampled){compiled->atoms.items[k], compiled->windows[k]};
      }
    }
  }
  qsort(texts, count, sizeof *texts, by_bytes);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || by_bytes(&texts[kept - 1], &texts[i]) != 0) {
      texts[kept++] = texts[i];
    }
  }
  return kept;
}

enum sift_status sift_database_sampler(struct sift_database *database) {
  struct sift_sampled *texts = malloc((count_atoms(database) + 1) * sizeof *texts);
  if (texts == NULL) {
    return SIFT_ENOMEM;
  }
  size_t count = gather(database, true, texts);
  enum sift_status status = count > 0 ? sift_sampler_new(&database->sampler, texts, count) : SIFT_OK;
  free(texts);
  return status;
}

static enum sift_status compile_literals(hs_database_t **out, const struct sift_sampled *texts, size_t count) {
  const char **bytes = calloc(count, sizeof *bytes);
  size_t *lens = calloc(count, sizeof *lens);
  unsigned *flags = calloc(count, sizeof *flags);
  enum sift_status status = bytes != NULL && lens != NULL && flags != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    bytes[i] = texts[i].text.data;
    lens[i] = texts[i].text.len;
    flags[i] = HS_FLAG_CASELESS;
  }
  hs_compile_error_t *error = NULL;
  if (status == SIFT_OK &&
      hs_compile_lit_multi(bytes, flags, NULL, lens, (unsigned)count, HS_MODE_BLOCK, NULL, out, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    status = SIFT_EENGINE;
  }
  free(bytes);
  free(lens);
  free(flags);
  return status;
}

enum sift_status sift_database_literals(struct sift_database *database) {
  struct sift_sampled *texts = malloc((count_atoms(database) + 1) * sizeof *texts);
  if (texts == NULL) {
    return SIFT_ENOMEM;
  }
  size_t count = gather(database, false, texts);
  enum sift_status status = count > 0 ? compile_literals(&database->literals, texts, count) : SIFT_OK;
  free(texts);
  return status;
}

struct sift_texts sift_database_atoms(const struct sift_database *database, const struct sift_pattern *pattern) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    if (database->patterns[i].pattern == pattern) {
      return database->patterns[i].atoms;
    }
  }
  return (struct sift_texts){NULL, 0};
}
