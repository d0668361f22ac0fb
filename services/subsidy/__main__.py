"""python -m services.subsidy serve | api | worker | migrate | dead-letters | load-policy DIRECTORY"""

from services.subsidy.worker import SERVICE
from shared.service import main

main(SERVICE)
