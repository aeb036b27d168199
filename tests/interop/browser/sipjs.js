// sipjs.js - a SIP.js user agent, driven by browser_test.py through page.js.
'use strict';
const {options, description, tell, obey} = require('./page');
const {UserAgent, Registerer, RegistererState, Inviter, SessionState, Messager, Subscriber} = require('sip.js');

const uri = (user) => UserAgent.makeURI(`sip:${user}@${options.domain}`);

/// Descriptions without a browser behind them.
class FakeHandler {
  async getDescription() { return {body: description(), contentType: 'application/sdp'}; }
  hasDescription(contentType) { return contentType === 'application/sdp'; }
  async setDescription() {}
  async rollbackDescription() {}
  sendDtmf() { return true; }
  close() {}
}

let session = null;
function watch(made) {
  session = made;
  made.stateChange.addListener((state) => {
    if (state === SessionState.Established) tell('confirmed');
    if (state === SessionState.Terminated) tell('ended');
  });
}

const ua = new UserAgent({
  uri: uri(options.user),
  transportOptions: {server: options.server, keepAliveInterval: 1, keepAliveDebounce: 0},
  authorizationUsername: options.user,
  authorizationPassword: options.password,
  sessionDescriptionHandlerFactory: () => new FakeHandler(),
  logLevel: 'error',
  userAgentString: 'SIP.js of a test',
  delegate: {
    onConnect: () => tell('connected'),
    onDisconnect: () => tell('disconnected'),
    onInvite: (invitation) => {
      watch(invitation);
      tell('incoming', {from: invitation.remoteIdentity.uri.user});
    },
    onMessage: (message) => {
      message.accept();
      tell('message', {text: message.request.body});
    },
  },
});
const registerer = new Registerer(ua, {expires: options.expires, refreshFrequency: 50});
registerer.stateChange.addListener((state) => tell(state === RegistererState.Registered ? 'registered' : 'unregistered'));

obey({
  start: async () => {
    await ua.start();
    await registerer.register({requestDelegate: {
      onAccept: () => tell('register accepted'),
      onReject: (response) => tell('registration failed', {status: response.message.statusCode})}});
  },
  refresh: () => registerer.register({requestDelegate: {onAccept: () => tell('register accepted')}}),
  call: async (target) => {
    const inviter = new Inviter(ua, uri(target));
    watch(inviter);
    await inviter.invite({requestDelegate: {
      onProgress: (response) => tell('ringing', {status: response.message.statusCode}),
      onReject: (response) => tell('failed', {status: response.message.statusCode})}});
  },
  answer: () => session.accept(),
  reject: () => session.reject({statusCode: 486}),
  hangup: () => session.state === SessionState.Established ? session.bye() : session.cancel(),
  message: ({to, text}) => new Messager(ua, uri(to), text).message({requestDelegate: {
    onAccept: (response) => tell('message sent', {status: response.message.statusCode}),
    onReject: (response) => tell('message refused', {status: response.message.statusCode})}}),
  refer: (target) => session.refer(uri(target), {
    onNotify: (notification) => tell('refer notify', {body: notification.request.body}),
    requestDelegate: {
      onAccept: (response) => tell('refer trying', {status: response.message.statusCode}),
      onReject: (response) => tell('refer refused', {status: response.message.statusCode})}}),
  subscribe: async ({to, event}) => {
    const subscriber = new Subscriber(ua, uri(to), event, {delegate: {
      onNotify: (notification) => {
        notification.accept();
        tell('notified', {body: notification.request.body});
      }}});
    await subscriber.subscribe();
    tell('subscribed');
  },
  unregister: () => registerer.unregister(),
});
tell('ready');
