# Third-party libraries, each named with the only room that may know it (architecture.md section 6).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)        # base: hashes, certificates; io: TLS
find_package(fmt REQUIRED)            # base: log
find_package(spdlog REQUIRED)         # base: log
find_package(tl-expected REQUIRED)    # base: Result
find_package(GTest REQUIRED)          # tests
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)   # dialplan
find_package(pugixml REQUIRED)                                 # xml
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)     # store
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)    # audio
pkg_check_modules(SPEEXDSP REQUIRED IMPORTED_TARGET speexdsp) # audio
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)    # io: name service
find_package(CLI11 REQUIRED)                                   # main, phone: command line
find_package(mimalloc REQUIRED)                                # the program's allocator
pkg_check_modules(EDIT REQUIRED IMPORTED_TARGET libedit)       # main

set(AHOY_LIBRARIES OpenSSL::SSL OpenSSL::Crypto fmt::fmt spdlog::spdlog tl::expected Threads::Threads
    PkgConfig::PCRE2 pugixml PkgConfig::SQLITE PkgConfig::SNDFILE PkgConfig::SPEEXDSP PkgConfig::EDIT PkgConfig::CARES CLI11::CLI11)
