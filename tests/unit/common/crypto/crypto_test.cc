#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/crypto/mac.h"
#include "common/crypto/merkle.h"
#include "common/crypto/random.h"
#include "common/crypto/sha1.h"
#include "common/crypto/signature.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

template <size_t size>
std::array<uint8_t, size> bytes_of(std::string_view hex) {
  const auto raw = from_hex(hex);
  std::array<uint8_t, size> bytes{};
  EXPECT_TRUE(raw && raw->size() == size);
  std::copy(raw->begin(), raw->end(), bytes.begin());
  return bytes;
}

template <class Value>
std::string hex_of(const Value& value) {
  return to_hex(
      std::string_view(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()));
}

TEST(DigestTest, AgreesWithTheVectorsOfFips180) {
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), abc);
  EXPECT_EQ(to_hex(sha256_of({"a", "", "bc"})), abc);
}

TEST(DigestTest, Sha1AgreesWithTheVectorOfFips180) {
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(DigestTest, HasherStartsAnewAfterFinish) {
  Sha256 hasher;
  hasher.update("ab");
  hasher.update("c");

  EXPECT_EQ(hasher.finish(), sha256("abc"));
  EXPECT_EQ(hasher.finish(), sha256(""));
}

TEST(SignatureTest, AgreesWithRfc8032) {
  const auto key = SigningKey::from_seed(
      bytes_of<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const Signature signature = key.sign("\x72");

  EXPECT_EQ(hex_of(key.public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(hex_of(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(verify(key.public_key(), "\x72", signature));
  EXPECT_FALSE(verify(key.public_key(), "\x73", signature));
  EXPECT_FALSE(verify(SigningKey::make().public_key(), "\x72", signature));
}

TEST(MacTest, AgreesWithNaCl) {
  // "Jefe" and RFC 4231's text, the vector of libsodium's own test.
  std::array<uint8_t, 32> bytes{'J', 'e', 'f', 'e'};
  const auto key = MacKey::from_bytes(bytes);
  const Mac mac = key.mac({"what do ya want ", "for nothing?"});

  EXPECT_EQ(hex_of(mac), "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554");
  EXPECT_TRUE(key.verify({"what do ya want for nothing?"}, mac.view()));
  EXPECT_FALSE(key.verify({"what do ya want for nothing"}, mac.view()));
  EXPECT_FALSE(key.verify({"what do ya want for nothing?"}, mac.view().substr(1)));
  EXPECT_FALSE(MacKey::make().verify({"what do ya want for nothing?"}, mac.view()));
}

TEST(RandomTest, GivesTheAskedNumberOfBytesAndNeverTheSame) {
  EXPECT_EQ(random_bytes(33).size(), 33U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
  EXPECT_NE(random_u64(), random_u64());
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("a", "b"));
}

TEST(MerkleTest, AgreesWithTheVectorsOfCertificateTransparency) {
  const char* const inputs[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
  std::vector<Digest> leaves;
  for (const char* input : inputs) {
    leaves.push_back(leaf_hash(*from_hex(input)));
  }

  EXPECT_EQ(merkle_root({}), sha256(""));
  EXPECT_EQ(to_hex(merkle_root(std::span(leaves).first(1))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(to_hex(merkle_root(leaves)),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(MerkleTest, EveryLeafOfEveryTreeHasAPathThatVerifiesOnlyThere) {
  std::vector<Digest> leaves;
  for (size_t count = 1; count <= 20; ++count) {
    leaves.push_back(leaf_hash(std::to_string(count)));
    const Digest root = merkle_root(leaves);
    for (size_t i = 0; i < count; ++i) {
      auto path = inclusion_path(leaves, i);
      EXPECT_TRUE(verify_inclusion(leaves[i], i, count, path, root)) << i << " of " << count;
      EXPECT_FALSE(verify_inclusion(leaf_hash("other"), i, count, path, root));
      EXPECT_FALSE(verify_inclusion(leaves[i], count, count, path, root));
      EXPECT_FALSE(verify_inclusion(leaves[i], i + 1, count, path, root));
      path.push_back(root);
      EXPECT_FALSE(verify_inclusion(leaves[i], i, count, path, root));
    }
  }
}

// RFC 4231, test case 2.
TEST(HmacSha256Test, IsThatOfTheStandard) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?").view()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

class KeyFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gulou-key-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }

  void TearDown() override { std::system(("rm -rf '" + dir_ + "'").c_str()); }

  std::string dir_;
};

TEST_F(KeyFileTest, KeysComeBackAsWritten) {
  const auto signing = SigningKey::make();
  const auto mac = MacKey::make();
  ASSERT_TRUE(make_private_dir(dir_ + "/a/keys"));
  ASSERT_TRUE(create_key_file(dir_ + "/a/keys/sign", signing));
  ASSERT_TRUE(create_key_file(dir_ + "/a/keys/mac", mac));

  const auto signing_read = read_signing_key(dir_ + "/a/keys/sign");
  const auto mac_read = read_mac_key(dir_ + "/a/keys/mac");

  ASSERT_TRUE(signing_read && mac_read);
  EXPECT_EQ(signing_read->public_key(), signing.public_key());
  EXPECT_EQ(mac_read->bytes(), mac.bytes());

  struct stat info {};

  ASSERT_EQ(::stat((dir_ + "/a/keys/sign").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(KeyFileTest, NothingIsOverwritten) {
  ASSERT_TRUE(create_secret_file(dir_ + "/token", "one"));

  const Status again = create_secret_file(dir_ + "/token", "two");

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "secret_exists");
  EXPECT_EQ(*read_secret_file(dir_ + "/token"), "one");
}

TEST_F(KeyFileTest, SecretsThatOthersMayReadAreRefused) {
  ASSERT_TRUE(create_secret_file(dir_ + "/token", "one"));
  ASSERT_EQ(::chmod((dir_ + "/token").c_str(), 0640), 0);
  ASSERT_EQ(::mkdir((dir_ + "/open").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((dir_ + "/open").c_str(), 0755), 0);

  const auto file = read_secret_file(dir_ + "/token");
  const auto open_dir = make_private_dir(dir_ + "/open");

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, "secret_too_open");
  EXPECT_EQ(file.error().args, std::vector<std::string>{"0640"});
  ASSERT_FALSE(open_dir);
  EXPECT_EQ(open_dir.error().reason, "secret_too_open");
}

TEST_F(KeyFileTest, WhatIsNoKeyIsNamed) {
  ASSERT_TRUE(create_secret_file(dir_ + "/key", "not hexadecimal\n"));

  EXPECT_EQ(read_mac_key(dir_ + "/key").error().reason, "secret_malformed");
  EXPECT_EQ(read_mac_key(dir_ + "/none").error().reason, "secret_missing");
  EXPECT_EQ(read_secret_file(dir_ + "/key", 3).error().reason, "secret_malformed");
}

}  // namespace
}  // namespace gulou
