import { file_akash_audit_v1_audit } from "./akash/audit/v1/audit_pb.js";
import { file_akash_audit_v1_event } from "./akash/audit/v1/event_pb.js";
import { file_akash_audit_v1_genesis } from "./akash/audit/v1/genesis_pb.js";
import { file_akash_audit_v1_msg } from "./akash/audit/v1/msg_pb.js";
import { file_akash_audit_v1_query } from "./akash/audit/v1/query_pb.js";
import { file_akash_audit_v1_service } from "./akash/audit/v1/service_pb.js";
import { file_akash_audit_v1beta3_audit } from "./akash/audit/v1beta3/audit_pb.js";
import { file_akash_audit_v1beta3_genesis } from "./akash/audit/v1beta3/genesis_pb.js";
import { file_akash_base_attributes_v1_attribute } from "./akash/base/attributes/v1/attribute_pb.js";
import { file_akash_base_deposit_v1_deposit } from "./akash/base/deposit/v1/deposit_pb.js";
import { file_akash_base_offchain_sign_v1_sign } from "./akash/base/offchain/sign/v1/sign_pb.js";
import { file_akash_base_resources_v1beta4_cpu } from "./akash/base/resources/v1beta4/cpu_pb.js";
import { file_akash_base_resources_v1beta4_endpoint } from "./akash/base/resources/v1beta4/endpoint_pb.js";
import { file_akash_base_resources_v1beta4_gpu } from "./akash/base/resources/v1beta4/gpu_pb.js";
import { file_akash_base_resources_v1beta4_memory } from "./akash/base/resources/v1beta4/memory_pb.js";
import { file_akash_base_resources_v1beta4_resources } from "./akash/base/resources/v1beta4/resources_pb.js";
import { file_akash_base_resources_v1beta4_resourcevalue } from "./akash/base/resources/v1beta4/resourcevalue_pb.js";
import { file_akash_base_resources_v1beta4_storage } from "./akash/base/resources/v1beta4/storage_pb.js";
import { file_akash_base_v1beta3_attribute } from "./akash/base/v1beta3/attribute_pb.js";
import { file_akash_base_v1beta3_cpu } from "./akash/base/v1beta3/cpu_pb.js";
import { file_akash_base_v1beta3_endpoint } from "./akash/base/v1beta3/endpoint_pb.js";
import { file_akash_base_v1beta3_gpu } from "./akash/base/v1beta3/gpu_pb.js";
import { file_akash_base_v1beta3_memory } from "./akash/base/v1beta3/memory_pb.js";
import { file_akash_base_v1beta3_resources } from "./akash/base/v1beta3/resources_pb.js";
import { file_akash_base_v1beta3_resourcevalue } from "./akash/base/v1beta3/resourcevalue_pb.js";
import { file_akash_base_v1beta3_storage } from "./akash/base/v1beta3/storage_pb.js";
import { file_akash_bme_v1_events } from "./akash/bme/v1/events_pb.js";
import { file_akash_bme_v1_filters } from "./akash/bme/v1/filters_pb.js";
import { file_akash_bme_v1_genesis } from "./akash/bme/v1/genesis_pb.js";
import { file_akash_bme_v1_msgs } from "./akash/bme/v1/msgs_pb.js";
import { file_akash_bme_v1_params } from "./akash/bme/v1/params_pb.js";
import { file_akash_bme_v1_query } from "./akash/bme/v1/query_pb.js";
import { file_akash_bme_v1_service } from "./akash/bme/v1/service_pb.js";
import { file_akash_bme_v1_types } from "./akash/bme/v1/types_pb.js";
import { file_akash_cert_v1_cert } from "./akash/cert/v1/cert_pb.js";
import { file_akash_cert_v1_filters } from "./akash/cert/v1/filters_pb.js";
import { file_akash_cert_v1_genesis } from "./akash/cert/v1/genesis_pb.js";
import { file_akash_cert_v1_msg } from "./akash/cert/v1/msg_pb.js";
import { file_akash_cert_v1_query } from "./akash/cert/v1/query_pb.js";
import { file_akash_cert_v1_service } from "./akash/cert/v1/service_pb.js";
import { file_akash_cert_v1beta3_cert } from "./akash/cert/v1beta3/cert_pb.js";
import { file_akash_cert_v1beta3_genesis } from "./akash/cert/v1beta3/genesis_pb.js";
import { file_akash_cert_v1beta3_query } from "./akash/cert/v1beta3/query_pb.js";
import { file_akash_deployment_v1_deployment } from "./akash/deployment/v1/deployment_pb.js";
import { file_akash_deployment_v1_event } from "./akash/deployment/v1/event_pb.js";
import { file_akash_deployment_v1_group } from "./akash/deployment/v1/group_pb.js";
import { file_akash_deployment_v1beta3_authz } from "./akash/deployment/v1beta3/authz_pb.js";
import { file_akash_deployment_v1beta3_deployment } from "./akash/deployment/v1beta3/deployment_pb.js";
import { file_akash_deployment_v1beta3_deploymentmsg } from "./akash/deployment/v1beta3/deploymentmsg_pb.js";
import { file_akash_deployment_v1beta3_genesis } from "./akash/deployment/v1beta3/genesis_pb.js";
import { file_akash_deployment_v1beta3_group } from "./akash/deployment/v1beta3/group_pb.js";
import { file_akash_deployment_v1beta3_groupid } from "./akash/deployment/v1beta3/groupid_pb.js";
import { file_akash_deployment_v1beta3_groupmsg } from "./akash/deployment/v1beta3/groupmsg_pb.js";
import { file_akash_deployment_v1beta3_groupspec } from "./akash/deployment/v1beta3/groupspec_pb.js";
import { file_akash_deployment_v1beta3_params } from "./akash/deployment/v1beta3/params_pb.js";
import { file_akash_deployment_v1beta3_resourceunit } from "./akash/deployment/v1beta3/resourceunit_pb.js";
import { file_akash_deployment_v1beta4_deploymentmsg } from "./akash/deployment/v1beta4/deploymentmsg_pb.js";
import { file_akash_deployment_v1beta4_filters } from "./akash/deployment/v1beta4/filters_pb.js";
import { file_akash_deployment_v1beta4_genesis } from "./akash/deployment/v1beta4/genesis_pb.js";
import { file_akash_deployment_v1beta4_group } from "./akash/deployment/v1beta4/group_pb.js";
import { file_akash_deployment_v1beta4_groupmsg } from "./akash/deployment/v1beta4/groupmsg_pb.js";
import { file_akash_deployment_v1beta4_groupspec } from "./akash/deployment/v1beta4/groupspec_pb.js";
import { file_akash_deployment_v1beta4_params } from "./akash/deployment/v1beta4/params_pb.js";
import { file_akash_deployment_v1beta4_paramsmsg } from "./akash/deployment/v1beta4/paramsmsg_pb.js";
import { file_akash_deployment_v1beta4_query } from "./akash/deployment/v1beta4/query_pb.js";
import { file_akash_deployment_v1beta4_resourceunit } from "./akash/deployment/v1beta4/resourceunit_pb.js";
import { file_akash_deployment_v1beta4_service } from "./akash/deployment/v1beta4/service_pb.js";
import { file_akash_discovery_v1_akash } from "./akash/discovery/v1/akash_pb.js";
import { file_akash_discovery_v1_client_info } from "./akash/discovery/v1/client_info_pb.js";
import { file_akash_discovery_v1_service } from "./akash/discovery/v1/service_pb.js";
import { file_akash_epochs_v1beta1_events } from "./akash/epochs/v1beta1/events_pb.js";
import { file_akash_epochs_v1beta1_genesis } from "./akash/epochs/v1beta1/genesis_pb.js";
import { file_akash_epochs_v1beta1_query } from "./akash/epochs/v1beta1/query_pb.js";
import { file_akash_escrow_id_v1_id } from "./akash/escrow/id/v1/id_pb.js";
import { file_akash_escrow_types_v1_account } from "./akash/escrow/types/v1/account_pb.js";
import { file_akash_escrow_types_v1_balance } from "./akash/escrow/types/v1/balance_pb.js";
import { file_akash_escrow_types_v1_deposit } from "./akash/escrow/types/v1/deposit_pb.js";
import { file_akash_escrow_types_v1_payment } from "./akash/escrow/types/v1/payment_pb.js";
import { file_akash_escrow_types_v1_state } from "./akash/escrow/types/v1/state_pb.js";
import { file_akash_escrow_v1_authz } from "./akash/escrow/v1/authz_pb.js";
import { file_akash_escrow_v1_genesis } from "./akash/escrow/v1/genesis_pb.js";
import { file_akash_escrow_v1_msg } from "./akash/escrow/v1/msg_pb.js";
import { file_akash_escrow_v1_query } from "./akash/escrow/v1/query_pb.js";
import { file_akash_escrow_v1_service } from "./akash/escrow/v1/service_pb.js";
import { file_akash_escrow_v1beta3_genesis } from "./akash/escrow/v1beta3/genesis_pb.js";
import { file_akash_escrow_v1beta3_query } from "./akash/escrow/v1beta3/query_pb.js";
import { file_akash_escrow_v1beta3_types } from "./akash/escrow/v1beta3/types_pb.js";
import { file_akash_inventory_v1_cluster } from "./akash/inventory/v1/cluster_pb.js";
import { file_akash_inventory_v1_cpu } from "./akash/inventory/v1/cpu_pb.js";
import { file_akash_inventory_v1_gpu } from "./akash/inventory/v1/gpu_pb.js";
import { file_akash_inventory_v1_memory } from "./akash/inventory/v1/memory_pb.js";
import { file_akash_inventory_v1_node } from "./akash/inventory/v1/node_pb.js";
import { file_akash_inventory_v1_resourcepair } from "./akash/inventory/v1/resourcepair_pb.js";
import { file_akash_inventory_v1_resources } from "./akash/inventory/v1/resources_pb.js";
import { file_akash_inventory_v1_service } from "./akash/inventory/v1/service_pb.js";
import { file_akash_inventory_v1_storage } from "./akash/inventory/v1/storage_pb.js";
import { file_akash_manifest_v2beta3_group } from "./akash/manifest/v2beta3/group_pb.js";
import { file_akash_manifest_v2beta3_httpoptions } from "./akash/manifest/v2beta3/httpoptions_pb.js";
import { file_akash_manifest_v2beta3_service } from "./akash/manifest/v2beta3/service_pb.js";
import { file_akash_manifest_v2beta3_serviceexpose } from "./akash/manifest/v2beta3/serviceexpose_pb.js";
import { file_akash_market_v1_bid } from "./akash/market/v1/bid_pb.js";
import { file_akash_market_v1_event } from "./akash/market/v1/event_pb.js";
import { file_akash_market_v1_filters } from "./akash/market/v1/filters_pb.js";
import { file_akash_market_v1_lease } from "./akash/market/v1/lease_pb.js";
import { file_akash_market_v1_order } from "./akash/market/v1/order_pb.js";
import { file_akash_market_v1_reclamation } from "./akash/market/v1/reclamation_pb.js";
import { file_akash_market_v1_types } from "./akash/market/v1/types_pb.js";
import { file_akash_market_v1beta4_bid } from "./akash/market/v1beta4/bid_pb.js";
import { file_akash_market_v1beta4_genesis } from "./akash/market/v1beta4/genesis_pb.js";
import { file_akash_market_v1beta4_lease } from "./akash/market/v1beta4/lease_pb.js";
import { file_akash_market_v1beta4_order } from "./akash/market/v1beta4/order_pb.js";
import { file_akash_market_v1beta4_params } from "./akash/market/v1beta4/params_pb.js";
import { file_akash_market_v1beta5_bid } from "./akash/market/v1beta5/bid_pb.js";
import { file_akash_market_v1beta5_bidmsg } from "./akash/market/v1beta5/bidmsg_pb.js";
import { file_akash_market_v1beta5_filters } from "./akash/market/v1beta5/filters_pb.js";
import { file_akash_market_v1beta5_genesis } from "./akash/market/v1beta5/genesis_pb.js";
import { file_akash_market_v1beta5_leasemsg } from "./akash/market/v1beta5/leasemsg_pb.js";
import { file_akash_market_v1beta5_order } from "./akash/market/v1beta5/order_pb.js";
import { file_akash_market_v1beta5_params } from "./akash/market/v1beta5/params_pb.js";
import { file_akash_market_v1beta5_paramsmsg } from "./akash/market/v1beta5/paramsmsg_pb.js";
import { file_akash_market_v1beta5_query } from "./akash/market/v1beta5/query_pb.js";
import { file_akash_market_v1beta5_resourcesoffer } from "./akash/market/v1beta5/resourcesoffer_pb.js";
import { file_akash_market_v1beta5_service } from "./akash/market/v1beta5/service_pb.js";
import { file_akash_oracle_v2_events } from "./akash/oracle/v2/events_pb.js";
import { file_akash_oracle_v2_genesis } from "./akash/oracle/v2/genesis_pb.js";
import { file_akash_oracle_v2_msgs } from "./akash/oracle/v2/msgs_pb.js";
import { file_akash_oracle_v2_params } from "./akash/oracle/v2/params_pb.js";
import { file_akash_oracle_v2_prices } from "./akash/oracle/v2/prices_pb.js";
import { file_akash_oracle_v2_query } from "./akash/oracle/v2/query_pb.js";
import { file_akash_oracle_v2_service } from "./akash/oracle/v2/service_pb.js";
import { file_akash_provider_lease_v1_service } from "./akash/provider/lease/v1/service_pb.js";
import { file_akash_provider_v1_service } from "./akash/provider/v1/service_pb.js";
import { file_akash_provider_v1_status } from "./akash/provider/v1/status_pb.js";
import { file_akash_provider_v1_validation } from "./akash/provider/v1/validation_pb.js";
import { file_akash_provider_v1beta3_genesis } from "./akash/provider/v1beta3/genesis_pb.js";
import { file_akash_provider_v1beta3_provider } from "./akash/provider/v1beta3/provider_pb.js";
import { file_akash_provider_v1beta4_event } from "./akash/provider/v1beta4/event_pb.js";
import { file_akash_provider_v1beta4_genesis } from "./akash/provider/v1beta4/genesis_pb.js";
import { file_akash_provider_v1beta4_msg } from "./akash/provider/v1beta4/msg_pb.js";
import { file_akash_provider_v1beta4_provider } from "./akash/provider/v1beta4/provider_pb.js";
import { file_akash_provider_v1beta4_query } from "./akash/provider/v1beta4/query_pb.js";
import { file_akash_provider_v1beta4_service } from "./akash/provider/v1beta4/service_pb.js";
import { file_akash_wasm_v1_event } from "./akash/wasm/v1/event_pb.js";
import { file_akash_wasm_v1_genesis } from "./akash/wasm/v1/genesis_pb.js";
import { file_akash_wasm_v1_params } from "./akash/wasm/v1/params_pb.js";
import { file_akash_wasm_v1_paramsmsg } from "./akash/wasm/v1/paramsmsg_pb.js";
import { file_akash_wasm_v1_query } from "./akash/wasm/v1/query_pb.js";
import { file_akash_wasm_v1_service } from "./akash/wasm/v1/service_pb.js";
import { file_amino_amino } from "./amino/amino_pb.js";
import { file_cosmos_auth_v1beta1_auth } from "./cosmos/auth/v1beta1/auth_pb.js";
import { file_cosmos_auth_v1beta1_genesis } from "./cosmos/auth/v1beta1/genesis_pb.js";
import { file_cosmos_auth_v1beta1_query } from "./cosmos/auth/v1beta1/query_pb.js";
import { file_cosmos_auth_v1beta1_tx } from "./cosmos/auth/v1beta1/tx_pb.js";
import { file_cosmos_authz_v1beta1_authz } from "./cosmos/authz/v1beta1/authz_pb.js";
import { file_cosmos_authz_v1beta1_event } from "./cosmos/authz/v1beta1/event_pb.js";
import { file_cosmos_authz_v1beta1_genesis } from "./cosmos/authz/v1beta1/genesis_pb.js";
import { file_cosmos_authz_v1beta1_query } from "./cosmos/authz/v1beta1/query_pb.js";
import { file_cosmos_authz_v1beta1_tx } from "./cosmos/authz/v1beta1/tx_pb.js";
import { file_cosmos_bank_v1beta1_authz } from "./cosmos/bank/v1beta1/authz_pb.js";
import { file_cosmos_bank_v1beta1_bank } from "./cosmos/bank/v1beta1/bank_pb.js";
import { file_cosmos_bank_v1beta1_genesis } from "./cosmos/bank/v1beta1/genesis_pb.js";
import { file_cosmos_bank_v1beta1_query } from "./cosmos/bank/v1beta1/query_pb.js";
import { file_cosmos_bank_v1beta1_tx } from "./cosmos/bank/v1beta1/tx_pb.js";
import { file_cosmos_base_abci_v1beta1_abci } from "./cosmos/base/abci/v1beta1/abci_pb.js";
import { file_cosmos_base_node_v1beta1_query } from "./cosmos/base/node/v1beta1/query_pb.js";
import { file_cosmos_base_query_v1beta1_pagination } from "./cosmos/base/query/v1beta1/pagination_pb.js";
import { file_cosmos_base_reflection_v1beta1_reflection } from "./cosmos/base/reflection/v1beta1/reflection_pb.js";
import { file_cosmos_base_reflection_v2alpha1_reflection } from "./cosmos/base/reflection/v2alpha1/reflection_pb.js";
import { file_cosmos_base_tendermint_v1beta1_query } from "./cosmos/base/tendermint/v1beta1/query_pb.js";
import { file_cosmos_base_tendermint_v1beta1_types } from "./cosmos/base/tendermint/v1beta1/types_pb.js";
import { file_cosmos_base_v1beta1_coin } from "./cosmos/base/v1beta1/coin_pb.js";
import { file_cosmos_consensus_v1_query } from "./cosmos/consensus/v1/query_pb.js";
import { file_cosmos_consensus_v1_tx } from "./cosmos/consensus/v1/tx_pb.js";
import { file_cosmos_crypto_ed25519_keys } from "./cosmos/crypto/ed25519/keys_pb.js";
import { file_cosmos_crypto_hd_v1_hd } from "./cosmos/crypto/hd/v1/hd_pb.js";
import { file_cosmos_crypto_keyring_v1_record } from "./cosmos/crypto/keyring/v1/record_pb.js";
import { file_cosmos_crypto_multisig_keys } from "./cosmos/crypto/multisig/keys_pb.js";
import { file_cosmos_crypto_multisig_v1beta1_multisig } from "./cosmos/crypto/multisig/v1beta1/multisig_pb.js";
import { file_cosmos_crypto_secp256k1_keys } from "./cosmos/crypto/secp256k1/keys_pb.js";
import { file_cosmos_crypto_secp256r1_keys } from "./cosmos/crypto/secp256r1/keys_pb.js";
import { file_cosmos_distribution_v1beta1_distribution } from "./cosmos/distribution/v1beta1/distribution_pb.js";
import { file_cosmos_distribution_v1beta1_genesis } from "./cosmos/distribution/v1beta1/genesis_pb.js";
import { file_cosmos_distribution_v1beta1_query } from "./cosmos/distribution/v1beta1/query_pb.js";
import { file_cosmos_distribution_v1beta1_tx } from "./cosmos/distribution/v1beta1/tx_pb.js";
import { file_cosmos_evidence_v1beta1_evidence } from "./cosmos/evidence/v1beta1/evidence_pb.js";
import { file_cosmos_evidence_v1beta1_genesis } from "./cosmos/evidence/v1beta1/genesis_pb.js";
import { file_cosmos_evidence_v1beta1_query } from "./cosmos/evidence/v1beta1/query_pb.js";
import { file_cosmos_evidence_v1beta1_tx } from "./cosmos/evidence/v1beta1/tx_pb.js";
import { file_cosmos_feegrant_v1beta1_feegrant } from "./cosmos/feegrant/v1beta1/feegrant_pb.js";
import { file_cosmos_feegrant_v1beta1_genesis } from "./cosmos/feegrant/v1beta1/genesis_pb.js";
import { file_cosmos_feegrant_v1beta1_query } from "./cosmos/feegrant/v1beta1/query_pb.js";
import { file_cosmos_feegrant_v1beta1_tx } from "./cosmos/feegrant/v1beta1/tx_pb.js";
import { file_cosmos_genutil_v1beta1_genesis } from "./cosmos/genutil/v1beta1/genesis_pb.js";
import { file_cosmos_gov_v1_genesis } from "./cosmos/gov/v1/genesis_pb.js";
import { file_cosmos_gov_v1_gov } from "./cosmos/gov/v1/gov_pb.js";
import { file_cosmos_gov_v1_query } from "./cosmos/gov/v1/query_pb.js";
import { file_cosmos_gov_v1_tx } from "./cosmos/gov/v1/tx_pb.js";
import { file_cosmos_gov_v1beta1_genesis } from "./cosmos/gov/v1beta1/genesis_pb.js";
import { file_cosmos_gov_v1beta1_gov } from "./cosmos/gov/v1beta1/gov_pb.js";
import { file_cosmos_gov_v1beta1_query } from "./cosmos/gov/v1beta1/query_pb.js";
import { file_cosmos_gov_v1beta1_tx } from "./cosmos/gov/v1beta1/tx_pb.js";
import { file_cosmos_ics23_v1_proofs } from "./cosmos/ics23/v1/proofs_pb.js";
import { file_cosmos_mint_v1beta1_genesis } from "./cosmos/mint/v1beta1/genesis_pb.js";
import { file_cosmos_mint_v1beta1_mint } from "./cosmos/mint/v1beta1/mint_pb.js";
import { file_cosmos_mint_v1beta1_query } from "./cosmos/mint/v1beta1/query_pb.js";
import { file_cosmos_mint_v1beta1_tx } from "./cosmos/mint/v1beta1/tx_pb.js";
import { file_cosmos_msg_v1_msg } from "./cosmos/msg/v1/msg_pb.js";
import { file_cosmos_params_v1beta1_params } from "./cosmos/params/v1beta1/params_pb.js";
import { file_cosmos_params_v1beta1_query } from "./cosmos/params/v1beta1/query_pb.js";
import { file_cosmos_query_v1_query } from "./cosmos/query/v1/query_pb.js";
import { file_cosmos_reflection_v1_reflection } from "./cosmos/reflection/v1/reflection_pb.js";
import { file_cosmos_slashing_v1beta1_genesis } from "./cosmos/slashing/v1beta1/genesis_pb.js";
import { file_cosmos_slashing_v1beta1_query } from "./cosmos/slashing/v1beta1/query_pb.js";
import { file_cosmos_slashing_v1beta1_slashing } from "./cosmos/slashing/v1beta1/slashing_pb.js";
import { file_cosmos_slashing_v1beta1_tx } from "./cosmos/slashing/v1beta1/tx_pb.js";
import { file_cosmos_staking_v1beta1_authz } from "./cosmos/staking/v1beta1/authz_pb.js";
import { file_cosmos_staking_v1beta1_genesis } from "./cosmos/staking/v1beta1/genesis_pb.js";
import { file_cosmos_staking_v1beta1_query } from "./cosmos/staking/v1beta1/query_pb.js";
import { file_cosmos_staking_v1beta1_staking } from "./cosmos/staking/v1beta1/staking_pb.js";
import { file_cosmos_staking_v1beta1_tx } from "./cosmos/staking/v1beta1/tx_pb.js";
import { file_cosmos_store_internal_kv_v1beta1_kv } from "./cosmos/store/internal/kv/v1beta1/kv_pb.js";
import { file_cosmos_store_snapshots_v1_snapshot } from "./cosmos/store/snapshots/v1/snapshot_pb.js";
import { file_cosmos_store_streaming_abci_grpc } from "./cosmos/store/streaming/abci/grpc_pb.js";
import { file_cosmos_store_v1beta1_commit_info } from "./cosmos/store/v1beta1/commit_info_pb.js";
import { file_cosmos_store_v1beta1_listening } from "./cosmos/store/v1beta1/listening_pb.js";
import { file_cosmos_tx_signing_v1beta1_signing } from "./cosmos/tx/signing/v1beta1/signing_pb.js";
import { file_cosmos_tx_v1beta1_service } from "./cosmos/tx/v1beta1/service_pb.js";
import { file_cosmos_tx_v1beta1_tx } from "./cosmos/tx/v1beta1/tx_pb.js";
import { file_cosmos_upgrade_v1beta1_query } from "./cosmos/upgrade/v1beta1/query_pb.js";
import { file_cosmos_upgrade_v1beta1_tx } from "./cosmos/upgrade/v1beta1/tx_pb.js";
import { file_cosmos_upgrade_v1beta1_upgrade } from "./cosmos/upgrade/v1beta1/upgrade_pb.js";
import { file_cosmos_vesting_v1beta1_tx } from "./cosmos/vesting/v1beta1/tx_pb.js";
import { file_cosmos_vesting_v1beta1_vesting } from "./cosmos/vesting/v1beta1/vesting_pb.js";
import { file_cosmos_proto_cosmos } from "./cosmos_proto/cosmos_pb.js";
import { file_cosmwasm_wasm_v1_authz } from "./cosmwasm/wasm/v1/authz_pb.js";
import { file_cosmwasm_wasm_v1_genesis } from "./cosmwasm/wasm/v1/genesis_pb.js";
import { file_cosmwasm_wasm_v1_ibc } from "./cosmwasm/wasm/v1/ibc_pb.js";
import { file_cosmwasm_wasm_v1_proposal_legacy } from "./cosmwasm/wasm/v1/proposal_legacy_pb.js";
import { file_cosmwasm_wasm_v1_query } from "./cosmwasm/wasm/v1/query_pb.js";
import { file_cosmwasm_wasm_v1_tx } from "./cosmwasm/wasm/v1/tx_pb.js";
import { file_cosmwasm_wasm_v1_types } from "./cosmwasm/wasm/v1/types_pb.js";
import { file_ethermint_crypto_v1_ethsecp256k1_keys } from "./ethermint/crypto/v1/ethsecp256k1/keys_pb.js";
import { file_gogoproto_gogo } from "./gogoproto/gogo_pb.js";
import { file_google_api_annotations } from "./google/api/annotations_pb.js";
import { file_google_api_http } from "./google/api/http_pb.js";
import { file_grpc_reflection_v1_reflection } from "./grpc/reflection/v1/reflection_pb.js";
import { file_grpc_reflection_v1alpha_reflection } from "./grpc/reflection/v1alpha/reflection_pb.js";
import { file_ibc_applications_transfer_v1_authz } from "./ibc/applications/transfer/v1/authz_pb.js";
import { file_ibc_applications_transfer_v1_denomtrace } from "./ibc/applications/transfer/v1/denomtrace_pb.js";
import { file_ibc_applications_transfer_v1_genesis } from "./ibc/applications/transfer/v1/genesis_pb.js";
import { file_ibc_applications_transfer_v1_packet } from "./ibc/applications/transfer/v1/packet_pb.js";
import { file_ibc_applications_transfer_v1_query } from "./ibc/applications/transfer/v1/query_pb.js";
import { file_ibc_applications_transfer_v1_token } from "./ibc/applications/transfer/v1/token_pb.js";
import { file_ibc_applications_transfer_v1_transfer } from "./ibc/applications/transfer/v1/transfer_pb.js";
import { file_ibc_applications_transfer_v1_tx } from "./ibc/applications/transfer/v1/tx_pb.js";
import { file_ibc_core_channel_v1_channel } from "./ibc/core/channel/v1/channel_pb.js";
import { file_ibc_core_channel_v1_genesis } from "./ibc/core/channel/v1/genesis_pb.js";
import { file_ibc_core_channel_v1_query } from "./ibc/core/channel/v1/query_pb.js";
import { file_ibc_core_channel_v1_tx } from "./ibc/core/channel/v1/tx_pb.js";
import { file_ibc_core_channel_v1_upgrade } from "./ibc/core/channel/v1/upgrade_pb.js";
import { file_ibc_core_channel_v2_genesis } from "./ibc/core/channel/v2/genesis_pb.js";
import { file_ibc_core_channel_v2_packet } from "./ibc/core/channel/v2/packet_pb.js";
import { file_ibc_core_channel_v2_query } from "./ibc/core/channel/v2/query_pb.js";
import { file_ibc_core_channel_v2_tx } from "./ibc/core/channel/v2/tx_pb.js";
import { file_ibc_core_client_v1_client } from "./ibc/core/client/v1/client_pb.js";
import { file_ibc_core_client_v1_deprecated } from "./ibc/core/client/v1/deprecated_pb.js";
import { file_ibc_core_client_v1_genesis } from "./ibc/core/client/v1/genesis_pb.js";
import { file_ibc_core_client_v1_query } from "./ibc/core/client/v1/query_pb.js";
import { file_ibc_core_client_v1_tx } from "./ibc/core/client/v1/tx_pb.js";
import { file_ibc_core_client_v2_config } from "./ibc/core/client/v2/config_pb.js";
import { file_ibc_core_client_v2_counterparty } from "./ibc/core/client/v2/counterparty_pb.js";
import { file_ibc_core_client_v2_genesis } from "./ibc/core/client/v2/genesis_pb.js";
import { file_ibc_core_client_v2_query } from "./ibc/core/client/v2/query_pb.js";
import { file_ibc_core_client_v2_tx } from "./ibc/core/client/v2/tx_pb.js";
import { file_ibc_core_commitment_v1_commitment } from "./ibc/core/commitment/v1/commitment_pb.js";
import { file_ibc_core_commitment_v2_commitment } from "./ibc/core/commitment/v2/commitment_pb.js";
import { file_ibc_core_connection_v1_connection } from "./ibc/core/connection/v1/connection_pb.js";
import { file_ibc_core_connection_v1_genesis } from "./ibc/core/connection/v1/genesis_pb.js";
import { file_ibc_core_connection_v1_query } from "./ibc/core/connection/v1/query_pb.js";
import { file_ibc_core_connection_v1_tx } from "./ibc/core/connection/v1/tx_pb.js";
import { file_ibc_core_types_v1_genesis } from "./ibc/core/types/v1/genesis_pb.js";
import { file_ibc_lightclients_tendermint_v1_tendermint } from "./ibc/lightclients/tendermint/v1/tendermint_pb.js";
import { file_k8s_io_apimachinery_pkg_api_resource_generated } from "./k8s.io/apimachinery/pkg/api/resource/generated_pb.js";
import { file_stoa_eip191_v1_genesis } from "./stoa/eip191/v1/genesis_pb.js";
import { file_tendermint_abci_types } from "./tendermint/abci/types_pb.js";
import { file_tendermint_blocksync_types } from "./tendermint/blocksync/types_pb.js";
import { file_tendermint_consensus_types } from "./tendermint/consensus/types_pb.js";
import { file_tendermint_consensus_wal } from "./tendermint/consensus/wal_pb.js";
import { file_tendermint_crypto_keys } from "./tendermint/crypto/keys_pb.js";
import { file_tendermint_crypto_proof } from "./tendermint/crypto/proof_pb.js";
import { file_tendermint_libs_bits_types } from "./tendermint/libs/bits/types_pb.js";
import { file_tendermint_mempool_types } from "./tendermint/mempool/types_pb.js";
import { file_tendermint_p2p_conn } from "./tendermint/p2p/conn_pb.js";
import { file_tendermint_p2p_pex } from "./tendermint/p2p/pex_pb.js";
import { file_tendermint_p2p_types } from "./tendermint/p2p/types_pb.js";
import { file_tendermint_privval_types } from "./tendermint/privval/types_pb.js";
import { file_tendermint_rpc_grpc_types } from "./tendermint/rpc/grpc/types_pb.js";
import { file_tendermint_state_types } from "./tendermint/state/types_pb.js";
import { file_tendermint_statesync_types } from "./tendermint/statesync/types_pb.js";
import { file_tendermint_store_types } from "./tendermint/store/types_pb.js";
import { file_tendermint_types_block } from "./tendermint/types/block_pb.js";
import { file_tendermint_types_canonical } from "./tendermint/types/canonical_pb.js";
import { file_tendermint_types_events } from "./tendermint/types/events_pb.js";
import { file_tendermint_types_evidence } from "./tendermint/types/evidence_pb.js";
import { file_tendermint_types_params } from "./tendermint/types/params_pb.js";
import { file_tendermint_types_types } from "./tendermint/types/types_pb.js";
import { file_tendermint_types_validator } from "./tendermint/types/validator_pb.js";
import { file_tendermint_version_types } from "./tendermint/version/types_pb.js";

export const files = [
  file_akash_audit_v1_audit,
  file_akash_audit_v1_event,
  file_akash_audit_v1_genesis,
  file_akash_audit_v1_msg,
  file_akash_audit_v1_query,
  file_akash_audit_v1_service,
  file_akash_audit_v1beta3_audit,
  file_akash_audit_v1beta3_genesis,
  file_akash_base_attributes_v1_attribute,
  file_akash_base_deposit_v1_deposit,
  file_akash_base_offchain_sign_v1_sign,
  file_akash_base_resources_v1beta4_cpu,
  file_akash_base_resources_v1beta4_endpoint,
  file_akash_base_resources_v1beta4_gpu,
  file_akash_base_resources_v1beta4_memory,
  file_akash_base_resources_v1beta4_resources,
  file_akash_base_resources_v1beta4_resourcevalue,
  file_akash_base_resources_v1beta4_storage,
  file_akash_base_v1beta3_attribute,
  file_akash_base_v1beta3_cpu,
  file_akash_base_v1beta3_endpoint,
  file_akash_base_v1beta3_gpu,
  file_akash_base_v1beta3_memory,
  file_akash_base_v1beta3_resources,
  file_akash_base_v1beta3_resourcevalue,
  file_akash_base_v1beta3_storage,
  file_akash_bme_v1_events,
  file_akash_bme_v1_filters,
  file_akash_bme_v1_genesis,
  file_akash_bme_v1_msgs,
  file_akash_bme_v1_params,
  file_akash_bme_v1_query,
  file_akash_bme_v1_service,
  file_akash_bme_v1_types,
  file_akash_cert_v1_cert,
  file_akash_cert_v1_filters,
  file_akash_cert_v1_genesis,
  file_akash_cert_v1_msg,
  file_akash_cert_v1_query,
  file_akash_cert_v1_service,
  file_akash_cert_v1beta3_cert,
  file_akash_cert_v1beta3_genesis,
  file_akash_cert_v1beta3_query,
  file_akash_deployment_v1_deployment,
  file_akash_deployment_v1_event,
  file_akash_deployment_v1_group,
  file_akash_deployment_v1beta3_authz,
  file_akash_deployment_v1beta3_deployment,
  file_akash_deployment_v1beta3_deploymentmsg,
  file_akash_deployment_v1beta3_genesis,
  file_akash_deployment_v1beta3_group,
  file_akash_deployment_v1beta3_groupid,
  file_akash_deployment_v1beta3_groupmsg,
  file_akash_deployment_v1beta3_groupspec,
  file_akash_deployment_v1beta3_params,
  file_akash_deployment_v1beta3_resourceunit,
  file_akash_deployment_v1beta4_deploymentmsg,
  file_akash_deployment_v1beta4_filters,
  file_akash_deployment_v1beta4_genesis,
  file_akash_deployment_v1beta4_group,
  file_akash_deployment_v1beta4_groupmsg,
  file_akash_deployment_v1beta4_groupspec,
  file_akash_deployment_v1beta4_params,
  file_akash_deployment_v1beta4_paramsmsg,
  file_akash_deployment_v1beta4_query,
  file_akash_deployment_v1beta4_resourceunit,
  file_akash_deployment_v1beta4_service,
  file_akash_discovery_v1_akash,
  file_akash_discovery_v1_client_info,
  file_akash_discovery_v1_service,
  file_akash_epochs_v1beta1_events,
  file_akash_epochs_v1beta1_genesis,
  file_akash_epochs_v1beta1_query,
  file_akash_escrow_id_v1_id,
  file_akash_escrow_types_v1_account,
  file_akash_escrow_types_v1_balance,
  file_akash_escrow_types_v1_deposit,
  file_akash_escrow_types_v1_payment,
  file_akash_escrow_types_v1_state,
  file_akash_escrow_v1_authz,
  file_akash_escrow_v1_genesis,
  file_akash_escrow_v1_msg,
  file_akash_escrow_v1_query,
  file_akash_escrow_v1_service,
  file_akash_escrow_v1beta3_genesis,
  file_akash_escrow_v1beta3_query,
  file_akash_escrow_v1beta3_types,
  file_akash_inventory_v1_cluster,
  file_akash_inventory_v1_cpu,
  file_akash_inventory_v1_gpu,
  file_akash_inventory_v1_memory,
  file_akash_inventory_v1_node,
  file_akash_inventory_v1_resourcepair,
  file_akash_inventory_v1_resources,
  file_akash_inventory_v1_service,
  file_akash_inventory_v1_storage,
  file_akash_manifest_v2beta3_group,
  file_akash_manifest_v2beta3_httpoptions,
  file_akash_manifest_v2beta3_service,
  file_akash_manifest_v2beta3_serviceexpose,
  file_akash_market_v1_bid,
  file_akash_market_v1_event,
  file_akash_market_v1_filters,
  file_akash_market_v1_lease,
  file_akash_market_v1_order,
  file_akash_market_v1_reclamation,
  file_akash_market_v1_types,
  file_akash_market_v1beta4_bid,
  file_akash_market_v1beta4_genesis,
  file_akash_market_v1beta4_lease,
  file_akash_market_v1beta4_order,
  file_akash_market_v1beta4_params,
  file_akash_market_v1beta5_bid,
  file_akash_market_v1beta5_bidmsg,
  file_akash_market_v1beta5_filters,
  file_akash_market_v1beta5_genesis,
  file_akash_market_v1beta5_leasemsg,
  file_akash_market_v1beta5_order,
  file_akash_market_v1beta5_params,
  file_akash_market_v1beta5_paramsmsg,
  file_akash_market_v1beta5_query,
  file_akash_market_v1beta5_resourcesoffer,
  file_akash_market_v1beta5_service,
  file_akash_oracle_v2_events,
  file_akash_oracle_v2_genesis,
  file_akash_oracle_v2_msgs,
  file_akash_oracle_v2_params,
  file_akash_oracle_v2_prices,
  file_akash_oracle_v2_query,
  file_akash_oracle_v2_service,
  file_akash_provider_lease_v1_service,
  file_akash_provider_v1_service,
  file_akash_provider_v1_status,
  file_akash_provider_v1_validation,
  file_akash_provider_v1beta3_genesis,
  file_akash_provider_v1beta3_provider,
  file_akash_provider_v1beta4_event,
  file_akash_provider_v1beta4_genesis,
  file_akash_provider_v1beta4_msg,
  file_akash_provider_v1beta4_provider,
  file_akash_provider_v1beta4_query,
  file_akash_provider_v1beta4_service,
  file_akash_wasm_v1_event,
  file_akash_wasm_v1_genesis,
  file_akash_wasm_v1_params,
  file_akash_wasm_v1_paramsmsg,
  file_akash_wasm_v1_query,
  file_akash_wasm_v1_service,
  file_amino_amino,
  file_cosmos_auth_v1beta1_auth,
  file_cosmos_auth_v1beta1_genesis,
  file_cosmos_auth_v1beta1_query,
  file_cosmos_auth_v1beta1_tx,
  file_cosmos_authz_v1beta1_authz,
  file_cosmos_authz_v1beta1_event,
  file_cosmos_authz_v1beta1_genesis,
  file_cosmos_authz_v1beta1_query,
  file_cosmos_authz_v1beta1_tx,
  file_cosmos_bank_v1beta1_authz,
  file_cosmos_bank_v1beta1_bank,
  file_cosmos_bank_v1beta1_genesis,
  file_cosmos_bank_v1beta1_query,
  file_cosmos_bank_v1beta1_tx,
  file_cosmos_base_abci_v1beta1_abci,
  file_cosmos_base_node_v1beta1_query,
  file_cosmos_base_query_v1beta1_pagination,
  file_cosmos_base_reflection_v1beta1_reflection,
  file_cosmos_base_reflection_v2alpha1_reflection,
  file_cosmos_base_tendermint_v1beta1_query,
  file_cosmos_base_tendermint_v1beta1_types,
  file_cosmos_base_v1beta1_coin,
  file_cosmos_consensus_v1_query,
  file_cosmos_consensus_v1_tx,
  file_cosmos_crypto_ed25519_keys,
  file_cosmos_crypto_hd_v1_hd,
  file_cosmos_crypto_keyring_v1_record,
  file_cosmos_crypto_multisig_keys,
  file_cosmos_crypto_multisig_v1beta1_multisig,
  file_cosmos_crypto_secp256k1_keys,
  file_cosmos_crypto_secp256r1_keys,
  file_cosmos_distribution_v1beta1_distribution,
  file_cosmos_distribution_v1beta1_genesis,
  file_cosmos_distribution_v1beta1_query,
  file_cosmos_distribution_v1beta1_tx,
  file_cosmos_evidence_v1beta1_evidence,
  file_cosmos_evidence_v1beta1_genesis,
  file_cosmos_evidence_v1beta1_query,
  file_cosmos_evidence_v1beta1_tx,
  file_cosmos_feegrant_v1beta1_feegrant,
  file_cosmos_feegrant_v1beta1_genesis,
  file_cosmos_feegrant_v1beta1_query,
  file_cosmos_feegrant_v1beta1_tx,
  file_cosmos_genutil_v1beta1_genesis,
  file_cosmos_gov_v1_genesis,
  file_cosmos_gov_v1_gov,
  file_cosmos_gov_v1_query,
  file_cosmos_gov_v1_tx,
  file_cosmos_gov_v1beta1_genesis,
  file_cosmos_gov_v1beta1_gov,
  file_cosmos_gov_v1beta1_query,
  file_cosmos_gov_v1beta1_tx,
  file_cosmos_ics23_v1_proofs,
  file_cosmos_mint_v1beta1_genesis,
  file_cosmos_mint_v1beta1_mint,
  file_cosmos_mint_v1beta1_query,
  file_cosmos_mint_v1beta1_tx,
  file_cosmos_msg_v1_msg,
  file_cosmos_params_v1beta1_params,
  file_cosmos_params_v1beta1_query,
  file_cosmos_query_v1_query,
  file_cosmos_reflection_v1_reflection,
  file_cosmos_slashing_v1beta1_genesis,
  file_cosmos_slashing_v1beta1_query,
  file_cosmos_slashing_v1beta1_slashing,
  file_cosmos_slashing_v1beta1_tx,
  file_cosmos_staking_v1beta1_authz,
  file_cosmos_staking_v1beta1_genesis,
  file_cosmos_staking_v1beta1_query,
  file_cosmos_staking_v1beta1_staking,
  file_cosmos_staking_v1beta1_tx,
  file_cosmos_store_internal_kv_v1beta1_kv,
  file_cosmos_store_snapshots_v1_snapshot,
  file_cosmos_store_streaming_abci_grpc,
  file_cosmos_store_v1beta1_commit_info,
  file_cosmos_store_v1beta1_listening,
  file_cosmos_tx_signing_v1beta1_signing,
  file_cosmos_tx_v1beta1_service,
  file_cosmos_tx_v1beta1_tx,
  file_cosmos_upgrade_v1beta1_query,
  file_cosmos_upgrade_v1beta1_tx,
  file_cosmos_upgrade_v1beta1_upgrade,
  file_cosmos_vesting_v1beta1_tx,
  file_cosmos_vesting_v1beta1_vesting,
  file_cosmos_proto_cosmos,
  file_cosmwasm_wasm_v1_authz,
  file_cosmwasm_wasm_v1_genesis,
  file_cosmwasm_wasm_v1_ibc,
  file_cosmwasm_wasm_v1_proposal_legacy,
  file_cosmwasm_wasm_v1_query,
  file_cosmwasm_wasm_v1_tx,
  file_cosmwasm_wasm_v1_types,
  file_ethermint_crypto_v1_ethsecp256k1_keys,
  file_gogoproto_gogo,
  file_google_api_annotations,
  file_google_api_http,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
  file_ibc_applications_transfer_v1_authz,
  file_ibc_applications_transfer_v1_denomtrace,
  file_ibc_applications_transfer_v1_genesis,
  file_ibc_applications_transfer_v1_packet,
  file_ibc_applications_transfer_v1_query,
  file_ibc_applications_transfer_v1_token,
  file_ibc_applications_transfer_v1_transfer,
  file_ibc_applications_transfer_v1_tx,
  file_ibc_core_channel_v1_channel,
  file_ibc_core_channel_v1_genesis,
  file_ibc_core_channel_v1_query,
  file_ibc_core_channel_v1_tx,
  file_ibc_core_channel_v1_upgrade,
  file_ibc_core_channel_v2_genesis,
  file_ibc_core_channel_v2_packet,
  file_ibc_core_channel_v2_query,
  file_ibc_core_channel_v2_tx,
  file_ibc_core_client_v1_client,
  file_ibc_core_client_v1_deprecated,
  file_ibc_core_client_v1_genesis,
  file_ibc_core_client_v1_query,
  file_ibc_core_client_v1_tx,
  file_ibc_core_client_v2_config,
  file_ibc_core_client_v2_counterparty,
  file_ibc_core_client_v2_genesis,
  file_ibc_core_client_v2_query,
  file_ibc_core_client_v2_tx,
  file_ibc_core_commitment_v1_commitment,
  file_ibc_core_commitment_v2_commitment,
  file_ibc_core_connection_v1_connection,
  file_ibc_core_connection_v1_genesis,
  file_ibc_core_connection_v1_query,
  file_ibc_core_connection_v1_tx,
  file_ibc_core_types_v1_genesis,
  file_ibc_lightclients_tendermint_v1_tendermint,
  file_k8s_io_apimachinery_pkg_api_resource_generated,
  file_stoa_eip191_v1_genesis,
  file_tendermint_abci_types,
  file_tendermint_blocksync_types,
  file_tendermint_consensus_types,
  file_tendermint_consensus_wal,
  file_tendermint_crypto_keys,
  file_tendermint_crypto_proof,
  file_tendermint_libs_bits_types,
  file_tendermint_mempool_types,
  file_tendermint_p2p_conn,
  file_tendermint_p2p_pex,
  file_tendermint_p2p_types,
  file_tendermint_privval_types,
  file_tendermint_rpc_grpc_types,
  file_tendermint_state_types,
  file_tendermint_statesync_types,
  file_tendermint_store_types,
  file_tendermint_types_block,
  file_tendermint_types_canonical,
  file_tendermint_types_events,
  file_tendermint_types_evidence,
  file_tendermint_types_params,
  file_tendermint_types_types,
  file_tendermint_types_validator,
  file_tendermint_version_types,
];
