const path = require("node:path");

module.exports = {
  output: "standalone",
  // Where the packages are.
  turbopack: { root: path.join(__dirname, "../..") },
};
