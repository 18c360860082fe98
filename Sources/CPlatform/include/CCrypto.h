// Hashes, checksums, sealing, chance and bcrypt over plain byte pointers. OpenSSL and libcrypt stay behind crypto.c, so the
// Swift importer never sees their headers.

#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

/// Each writes its digest (20 or 32 bytes) and returns 1, or 0 when OpenSSL fails.
int cp_sha1(const void *bytes, size_t count, uint8_t *digest);
int cp_sha256(const void *bytes, size_t count, uint8_t *digest);
int cp_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest);

/// CRC-32C (Castagnoli) continuing from `seed`, the value of the bytes before; 0 at the beginning.
uint32_t cp_crc32c(uint32_t seed, const void *bytes, size_t count);
/// The same without the processor's instruction, for machines that lack it and for tests.
uint32_t cp_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

/// 1 when both ranges hold the same bytes; takes the same time wherever they differ.
int cp_equal_constant_time(const void *one, const void *other, size_t count);

/// AES-256-GCM with a 32-byte key, a 12-byte nonce and a 16-byte tag behind the ciphertext. Returns 1 or 0.
int cp_aes256gcm_seal(const uint8_t *key, const uint8_t *nonce, const void *aad, size_t aad_count, const void *plain, size_t count,
                      uint8_t *sealed);
int cp_aes256gcm_open(const uint8_t *key, const uint8_t *nonce, const void *aad, size_t aad_count, const void *sealed, size_t count,
                      uint8_t *plain);

/// Fills the range from the kernel's generator. Returns 0 or -errno.
int cp_random(void *bytes, size_t count);

/// crypt(3) of a C string; writes a NUL-ended result of at most `capacity` bytes. Returns 1, or 0 when it is refused.
int cp_crypt(const char *phrase, const char *setting, char *result, size_t capacity);

#endif
