// page.js - what a browser has and Node has not: a global WebSocket, and an RTCPeerConnection that only makes SDP.
//
// Media is not what these tests are about: the descriptions are those of a plain phone that never sends a packet.
// Commands come as JSON lines on standard input, events go as JSON lines to standard output.
'use strict';

globalThis.window = globalThis;
globalThis.WebSocket = require('ws');

const options = JSON.parse(process.argv[2]);

function description() {
  return ['v=0', `o=- 1 1 IN IP4 ${options.media}`, 's=-', `c=IN IP4 ${options.media}`, 't=0 0',
          'm=audio 40000 RTP/AVP 0 101', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv',
          ''].join('\r\n');
}

class PeerConnection extends EventTarget {
  constructor() {
    super();
    this.iceGatheringState = 'complete';
    this.iceConnectionState = 'connected';
    this.connectionState = 'connected';
    this.signalingState = 'stable';
    this.localDescription = null;
    this.remoteDescription = null;
  }
  async createOffer() { return {type: 'offer', sdp: description()}; }
  async createAnswer() { return {type: 'answer', sdp: description()}; }
  async setLocalDescription(made) {
    this.localDescription = made;
    this.signalingState = made.type === 'offer' ? 'have-local-offer' : 'stable';
  }
  async setRemoteDescription(made) {
    this.remoteDescription = made;
    this.signalingState = made.type === 'offer' ? 'have-remote-offer' : 'stable';
  }
  addTrack() {}
  getSenders() { return []; }
  getReceivers() { return []; }
  getLocalStreams() { return []; }
  getRemoteStreams() { return []; }
  close() { this.signalingState = 'closed'; }
}
globalThis.RTCPeerConnection = PeerConnection;
globalThis.RTCSessionDescription = class {
  constructor(made) { Object.assign(this, made); }
};

function tell(event, more = {}) {
  process.stdout.write(JSON.stringify({event, ...more}) + '\n');
}

/// Runs commands[name](argument) for each line {"do": name, "with": argument}.
function obey(commands) {
  require('readline').createInterface({input: process.stdin}).on('line', (line) => {
    const asked = JSON.parse(line);
    Promise.resolve(commands[asked.do](asked.with)).catch((error) => tell('error', {text: String(error)}));
  }).on('close', () => process.exit(0));
}

process.on('uncaughtException', (error) => tell('error', {text: String(error.stack)}));
process.on('unhandledRejection', (error) => tell('error', {text: String(error && error.stack || error)}));

module.exports = {options, description, tell, obey};
