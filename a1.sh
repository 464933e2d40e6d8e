. ./lib.sh
