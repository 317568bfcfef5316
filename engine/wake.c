/* How each pattern is woken: by texts that it cannot match without, where such can be proved and are rare enough, else by a
 * Hyperscan database. */
#include <stdlib.h>

#include "engine/atoms.h"
#include "engine/database_internal.h"
#include "engine/typical.h"

/* A set of texts that stands oftener than once in so many bytes of typical text would wake lines in vain, and one whose grams
 * stand so often would be checked in vain: there Hyperscan is cheaper, for it sees more of the pattern. */
enum { RARE_TEXT_BYTES = 4096, RARE_GRAM_BYTES = 1024 };

/* Costs: of a line woken in vain, of a place checked in vain, and of being short where the specimen tells nothing. */
enum { COST_TEXT = 1024, COST_PLACE = 32, COST_SHORT = 512 };

/* Typical text in lower case, as atoms are, and what the sampler would see of it. */
struct specimen {
  char *text;
  size_t len;
  struct sift_census *census;
};

static enum sift_status specimen_init(struct specimen *specimen) {
  struct sift_span text = sift_typical_text();
  *specimen = (struct specimen){malloc(text.len + 1), text.len, sift_census_new(text)};
  if (specimen->text == NULL || specimen->census == NULL) {
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < text.len; i++) {
    char c = text.data[i];
    specimen->text[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  return SIFT_OK;
}

static void specimen_release(struct specimen *specimen) {
  free(specimen->text);
  sift_census_free(specimen->census);
}

static uint64_t count_in(const struct specimen *specimen, struct sift_span atom) {
  uint64_t count = 0;
  const char *end = specimen->text + specimen->len;
  for (const char *at = specimen->text; (at = memmem(at, (size_t)(end - at), atom.data, atom.len)) != NULL; at += atom.len) {
    count++;
  }
  return count;
}

static uint64_t cost(void *context, struct sift_span atom) {
  struct specimen *specimen = context;
  return 1 + COST_TEXT * count_in(specimen, atom) + COST_PLACE * sift_census_places(specimen->census, atom) + COST_SHORT / atom.len;
}

/* The cost of a set, or UINT64_MAX where it is too common to be of use. */
static uint64_t set_cost(struct specimen *specimen, struct sift_texts atoms) {
  uint64_t texts = 0;
  uint64_t places = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < atoms.count; i++) {
    texts += count_in(specimen, atoms.items[i]);
    places += sift_census_places(specimen->census, atoms.items[i]);
    sum += cost(specimen, atoms.items[i]);
  }
  bool rare = texts * RARE_TEXT_BYTES <= specimen->len && places * RARE_GRAM_BYTES <= specimen->len;
  return atoms.count > 0 && rare ? sum : UINT64_MAX;
}

static enum sift_status prove_one(struct sift_database *database, struct sift_compiled *compiled, struct specimen *specimen) {
  static const uint32_t len_mins[] = {SIFT_SAMPLER_LONG, SIFT_SAMPLER_SHORT};
  uint64_t best = UINT64_MAX;
  for (size_t i = 0; i < sizeof len_mins / sizeof len_mins[0]; i++) {
    struct sift_texts atoms;
    enum sift_status status = sift_atoms_prove(&atoms, &database->arena, compiled->pattern->text, len_mins[i], cost, specimen);
    if (status != SIFT_OK) {
      return status;
    }
    uint64_t own = set_cost(specimen, atoms);
    if (own < best) {
      best = own;
      compiled->atoms = atoms;
    }
  }
  return SIFT_OK;
}

enum sift_status sift_database_prove(struct sift_database *database) {
  struct specimen specimen;
  enum sift_status status = specimen_init(&specimen);
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    struct sift_compiled *compiled = &database->patterns[i];
    if (!compiled->faulty && compiled->role == SIFT_ROLE_ANY) {
      status = prove_one(database, compiled, &specimen);
    }
  }
  specimen_release(&specimen);
  return status;
}

static int by_bytes(const void *a, const void *b) {
  const struct sift_span *x = a;
  const struct sift_span *y = b;
  size_t len = x->len < y->len ? x->len : y->len;
  int order = memcmp(x->data, y->data, len);
  return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* All atoms, each once. */
static size_t gather(const struct sift_database *database, struct sift_span *texts) {
  size_t count = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    for (size_t k = 0; k < database->patterns[i].atoms.count; k++) {
      texts[count++] = database->patterns[i].atoms.items[k];
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
  size_t room = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    room += database->patterns[i].atoms.count;
  }
  if (room == 0) {
    return SIFT_OK;
  }
  struct sift_span *texts = malloc(room * sizeof *texts);
  struct sift_census *census = sift_census_new(sift_typical_text());
  enum sift_status status = SIFT_ENOMEM;
  if (texts != NULL && census != NULL) {
    status = sift_sampler_new(&database->sampler, texts, gather(database, texts), census);
  }
  sift_census_free(census);
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
